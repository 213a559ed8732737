// The API, typed by docs/openapi.json.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";
import { token } from "./session.svelte";
import { codeGiven } from "./stepUp.svelte";

type Schemas = components["schemas"];
export type Device = Schemas["DeviceRead"];
export type Sensor = Schemas["SensorRead"];
export type Command = Schemas["CommandRead"];
export type Component = Schemas["ComponentRead"];
export type DeviceProfile = Schemas["DeviceProfileRead"];
export type Event = Schemas["EventRead"];
export type Group = Schemas["DeviceGroupRead"];
export type InspectorLine = Schemas["InspectorLine"];
export type Job = Schemas["JobRead"];
export type Artefact = Schemas["ConfigArtefactRead"];
export type Binding = Schemas["BindingRead"];
export type CommandRun = Schemas["CommandRunRead"];
export type Rollout = Schemas["RolloutRead"];
export type RolloutState = Schemas["RolloutState"];
export type Standing = Schemas["Standing"];
export type Target = Schemas["TargetReference"];
export type Customer = Schemas["CustomerRead"];
export type Site = Schemas["SiteRead"];
export type Reading = Schemas["LatestReading"];
export type Dashboard = Schemas["DashboardRead"];
export type DashboardSummary = Schemas["DashboardSummary"];
export type DashboardData = Schemas["DashboardData"];
export type WidgetData = Schemas["WidgetData"];
export type Widget = Schemas["DashboardWidget"];
export type Channel = Schemas["ChannelRead"];
export type Notification = Schemas["NotificationRead"];
export type Export = Schemas["ExportRead"];
export type Pack = Schemas["PackDetail"];
export type PackUpgrade = Schemas["PackUpgrade"];
export type SensorProfile = Schemas["SensorProfileRead"];
export type Organization = Schemas["OrganizationRead"];
export type MadeKey = Schemas["ApiKeyCreated"];
export type Mute = Schemas["AlertMuteRead"];
export type Role = Schemas["MemberRead"]["role"];
export type Problem = Schemas["ProblemDetails"];
export type Camera = Schemas["CameraRead"];
export type Capture = Schemas["CaptureRead"];
export type CaptureRule = Schemas["MediaCaptureRuleRead"];
export type Clip = Schemas["DvrClipRequestRead"];
export type Playback = Schemas["PlaybackRead"];
export type Alert = Schemas["AlertRead"];
export type AlertRule = Schemas["AlertRuleRead"];
export type AlertRuleContent = Schemas["AlertRuleContent"];
export type AlertRuleState = Schemas["AlertRuleStateRead"];
export type Backtest = Schemas["AlertBacktestDetail"];
export type BacktestResult = Schemas["BacktestResult"];
export type Annotation = Schemas["AnnotationRead"];
export type AnnotationClass = Schemas["AnnotationClassRead"];
export type ReferencePair = Schemas["ReferencePairRead"];
export type Calculation = Schemas["CalculationRead"];
export type JobDefinition = Schemas["JobDefinitionRead"];
export type JobRun = Schemas["JobRunRead"];
export type Comparison = Schemas["ComparisonRead"];
type Json = "application/json" | "application/problem+json";

// What was sent, to be sent once more after a code was given: a body can be read once.
const sent = new WeakMap<Request, Request>();

const signed: Middleware = {
  async onRequest({ request }) {
    const bearer = await token();
    if (bearer) request.headers.set("Authorization", `Bearer ${bearer}`);
    if (request.method !== "GET") sent.set(request, request.clone());
    return request;
  },
  async onResponse({ request, response }) {
    const again = sent.get(request);
    if (response.status !== 403 || !again) return response;
    const problem = (await response.clone().json()) as Problem;
    if (problem.code !== "STEP_UP_REQUIRED" || !(await codeGiven())) return response;
    again.headers.set("Authorization", `Bearer ${await token()}`);
    return fetch(again);
  },
};

export const api = createClient<paths, Json>({ baseUrl: location.origin });
api.use(signed);

/** Without a token, for what comes before there is one. */
export const open = createClient<paths, Json>({ baseUrl: location.origin });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was asked for. Throws a Failure, which can be shown. */
export async function must<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked.catch(() => {
    throw new Failure(null, 0);
  });
  if (error === undefined) return data as T;
  throw new Failure(error as Problem, response.status);
}

export class Failure extends Error {
  constructor(
    readonly problem: Problem | null,
    readonly status: number,
  ) {
    super(problem?.detail ?? problem?.title ?? (status ? `The platform answered ${status}.` : "The platform can't be reached."));
  }

  /** What is wrong with one field of a body, in words. */
  of(field: string): string | undefined {
    return this.problem?.errors?.find((each) => each.path === `$.${field}`)?.message;
  }
}
