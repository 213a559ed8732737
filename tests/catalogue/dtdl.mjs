// Reads DTDL documents from the files named, with Microsoft's parsers: the JavaScript one, and the .NET one as
// WebAssembly. Writes a line of JSON for each file and parser: what it found, or why it refused.
import { readFileSync } from "node:fs";
import azure from "@azure/dtdl-parser";
import { getInterop } from "@digicatapult/dtdl-parser";

const dotnet = await getInterop();
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const document = JSON.parse(text);
  const tell = (parser, found) => console.log(JSON.stringify({ file, parser, ...found }));
  try {
    const parser = azure.createParser(azure.ModelParsingOption.StrictPartitionEnforcement);
    const model = await parser.parse((Array.isArray(document) ? document : [document]).map((d) => JSON.stringify(d)));
    tell("javascript", { elements: Object.keys(model) });
  } catch (error) {
    tell("javascript", { refused: JSON.stringify(error._parsingErrors ?? error.message ?? error) });
  }
  try {
    tell("dotnet", { elements: Object.keys(JSON.parse(dotnet.parse(text))) });
  } catch (error) {
    tell("dotnet", { refused: String(error.message ?? error) });
  }
}
process.exit(0);
