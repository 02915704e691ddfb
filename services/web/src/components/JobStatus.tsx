// A job's status by colour and icon and word; a wish that is not yet in effect is shown as one.
import { Badge } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconLoader2,
  IconPlayerPause,
} from "@tabler/icons-react";
import type { Schemas } from "../lib/api";
import { statusWords } from "../texts/status";

export type Wishes = Pick<
  Schemas["JobView"],
  "status" | "cancel_requested" | "pause_requested" | "stop_requested"
>;

const LOOKS: Record<Schemas["JobStatus"], { color: string; icon: typeof IconClock }> = {
  queued: { color: "gray", icon: IconClock },
  running: { color: "petrol", icon: IconLoader2 },
  paused: { color: "yellow", icon: IconPlayerPause },
  succeeded: { color: "green", icon: IconCircleCheck },
  failed: { color: "red", icon: IconAlertTriangle },
  cancelled: { color: "gray", icon: IconBan },
};

const isOpen = (status: Schemas["JobStatus"]): boolean => ["queued", "running", "paused"].includes(status);

/** The word on the badge: cancel beats stop beats pause. */
export function statusWord(job: Wishes): string {
  if (isOpen(job.status)) {
    if (job.cancel_requested) return statusWords.cancelling;
    if (job.stop_requested) return statusWords.stopping;
    if (job.pause_requested && job.status !== "paused") return statusWords.pausing;
  }
  return statusWords[job.status];
}

export function JobStatus({ job }: { job: Wishes }) {
  const { color, icon: Icon } = LOOKS[job.status];
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      fw={600}
      leftSection={<Icon size={14} aria-hidden />}
      style={{ flexShrink: 0 }}
    >
      {statusWord(job)}
    </Badge>
  );
}
