// What the app knows about jobs of all kinds: where each is shown, whether it still moves, and how to ask something of it.
import { dryRunWords, kindWords, jobs as words } from "../texts/jobs";
import { client, type Schemas } from "./api";

export type Job = Schemas["JobView"];
export type JobAction = Schemas["JobAction"];

export const STATUSES: Schemas["JobStatus"][] = [
  "queued",
  "running",
  "paused",
  "succeeded",
  "failed",
  "cancelled",
];
export const KINDS: Schemas["JobKind"][] = [
  "import",
  "training",
  "evaluation",
  "reimaging",
  "covering",
  "batch",
  "export",
  "deletion",
];

/** What a job is called beside its name: its kind; of a dry run what it does instead. */
export const kindWord = (job: Pick<Job, "kind" | "dry_run">): string =>
  (job.dry_run && dryRunWords[job.kind]) || kindWords[job.kind];

const SHOWN = 2; // datasets and models that a row names

/** What a job is about, in words: `Model ours, Dataset faces`. Empty where it is about neither. */
export function aboutWords({ about }: Pick<Job, "about">): string {
  const named = about.slice(0, SHOWN).map(({ id, name }) => `${words.about[placeOf(id)]} ${name}`);
  const others = about.length - named.length;
  return [named.join(", "), others > 0 && words.more(others)].filter(Boolean).join(" ");
}

const placeOf = (id: string): keyof typeof words.about => (id.startsWith("mdl_") ? "mdl" : "ds");

/** True while a job may still change by itself. */
export const isMoving = (job: Pick<Job, "status">): boolean =>
  job.status === "queued" || job.status === "running";

/** The screen of one job, when its kind has one. */
export function screenOf(job: Pick<Job, "id" | "kind">): string | null {
  if (job.kind === "training") return `/trainings/${job.id}`;
  if (job.kind === "reimaging") return `/reimage/${job.id}`;
  return null;
}

/** Ask a job to do one of its `allowed_actions`; answers the job, of a retry the new one. */
export async function act(jobId: string, action: JobAction): Promise<Job> {
  const params = { params: { path: { job_id: jobId } } };
  const { data } = await {
    cancel: () => client.POST("/v1/jobs/{job_id}/cancel", params),
    stop: () => client.POST("/v1/jobs/{job_id}/stop", params),
    pause: () => client.POST("/v1/jobs/{job_id}/pause", params),
    resume: () => client.POST("/v1/jobs/{job_id}/resume", params),
    retry: () => client.POST("/v1/jobs/{job_id}/retry", params),
  }[action]();
  return data as Job;
}
