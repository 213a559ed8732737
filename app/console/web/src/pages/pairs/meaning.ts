// What the figures of a comparison say, in words that need no statistics.
import type { Comparison } from "../../api/client";
import { shown, span } from "../../format";

export interface Figure {
  name: string;
  value: string;
  words: string;
}

const round = (value: number) => shown(Number(value.toPrecision(4)));

export function figures(found: Comparison, unit: string): Figure[] {
  const of = (value: number | null) => (value === null ? "–" : `${round(value)}${unit ? ` ${unit}` : ""}`);
  const bare = (value: number | null) => (value === null ? "–" : round(value));
  const { bias, r, lagSeconds, limitsOfAgreement: limits, ols, deming } = found;
  return [
    { name: "Pairs", value: shown(found.n), words: `Both reported well enough in ${Math.round(found.coverage * 100)} % of the buckets of ${span(found.bucketSeconds)}.` },
    { name: "Bias", value: of(bias), words: bias === null ? "" : bias === 0 ? "On average both read the same." : `On average it reads ${of(Math.abs(bias))} ${bias > 0 ? "more" : "less"} than the reference.` },
    { name: "Limits of agreement", value: limits ? `${of(limits[0]!)} to ${of(limits[1]!)}` : "–", words: "19 of 20 differences lie between these." },
    { name: "Mean absolute error", value: of(found.mae), words: "So far off it is on average, above or below." },
    { name: "Root mean square error", value: of(found.rmse), words: `The same with large errors counting more${found.nrmse === null ? "" : `: ${bare(found.nrmse)} % of the reference's mean`}.` },
    { name: "Correlation r", value: bare(r), words: r === null ? "One of them doesn't vary." : follows(r, found.r2) },
    { name: "Slope", value: ols ? `${bare(ols.slope)} ± ${bare(ols.slopeError)}` : "–", words: ols ? `Where the reference rises by 1, it rises by ${bare(ols.slope)}; at 0 it reads ${of(ols.intercept)}. Ordinary least squares, the reference taken for exact.` : "" },
    { name: "Slope (Deming)", value: bare(deming?.slope ?? null), words: deming ? `The same where both have errors, of a ratio of variances of ${bare(deming.delta)}; at 0 it reads ${of(deming.intercept)}.` : "" },
    { name: "Lag", value: lagSeconds === null ? "–" : lagSeconds === 0 ? "none" : span(Math.abs(lagSeconds)), words: lagSeconds === null ? "" : lagSeconds === 0 ? "Both move at the same time." : `It moves ${lagSeconds > 0 ? "later" : "earlier"} than the reference.` },
  ];
}

function follows(r: number, r2: number | null): string {
  const size = Math.abs(r);
  const how = size >= 0.95 ? "It follows the reference closely" : size >= 0.8 ? "It follows the reference" : size >= 0.5 ? "It follows the reference loosely" : "It hardly follows the reference";
  return `${how}${r < 0 && size >= 0.5 ? ", the other way round" : ""}: ${Math.round((r2 ?? r * r) * 100)} % of what it varies by are the reference's.`;
}
