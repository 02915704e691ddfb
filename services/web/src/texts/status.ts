export const statusWords = {
  queued: "queued",
  running: "running",
  paused: "paused",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  pausing: "pausing",
  stopping: "stopping",
  cancelling: "cancelling",
};
