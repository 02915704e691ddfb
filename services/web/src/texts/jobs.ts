import type { Schemas } from "../lib/api";

export const kindWords: Record<Schemas["JobKind"], string> = {
  import: "Import",
  training: "Training",
  evaluation: "Evaluation",
  reimaging: "Re-imaging",
  covering: "Covering",
  batch: "Batch",
  export: "Export",
  deletion: "Deletion",
};

/** What a dry run is called: it measures, checks, or looks, and makes nothing. */
export const dryRunWords: Partial<Record<Schemas["JobKind"], string>> = {
  training: "Estimate",
  import: "Import check",
  deletion: "Deletion preview",
};

export const actionWords: Record<Schemas["JobAction"], string> = {
  cancel: "Cancel",
  stop: "Stop and keep",
  pause: "Pause",
  resume: "Resume",
  retry: "Retry",
};

export const jobs = {
  title: "Jobs",
  detail:
    "Everything that takes time: imports, trainings, evaluations, re-imagings, batches, exports, deletions.",
  status: "Status",
  what: "What",
  when: "When",
  progress: "Progress",
  actions: "Actions",
  anyKind: "Any kind",
  anyStatus: "Any status",
  kind: "Kind",
  empty: "No jobs yet",
  emptyDetail: "The demo, an import, a training, or a re-imaging appears here as soon as it is ordered.",
  emptyAction: "Go to Home",
  noMatch: "No job matches",
  noMatchDetail: "None of this kind with this status.",
  showAll: "Show all jobs",
  withDryRuns: "Also estimates, checks, and previews",
  withDryRunsHow: "They make nothing, and go by themselves after a day.",
  about: { ds: "Dataset", mdl: "Model" },
  more: (others: number) => `and ${others} more`,
  open: "Open",
  showDetails: "Show details",
  hideDetails: "Hide details",
  image: (row: number) => `Image ${row}`,
  queue: (position: number) => `number ${position} in the queue`,
  remaining: (time: string) => `about ${time} left`,
  took: (time: string) => `took ${time}`,
  attempt: "Attempt",
  id: "Id",
  phases: "Phases",
  warnings: "Warnings",
  stoppedEarly: "stopped early, with what it had",
  retryOf: "Retry of",
  started: "started",
  ordered: "ordered",
  loses: {
    training:
      "Cancel drops all steps and checkpoints of this training. “Stop and keep” makes a model of what it has.",
    other: "What this job has done so far is dropped. Nothing that was there before is changed.",
    stop: "The training ends now, and its best checkpoint becomes the model.",
  },
};
