// What the app knows about jobs of all kinds: where each is shown, whether it still moves, and how to ask something of it.
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
