// How far a job is, and its times: in the queue, running, or over.
import { Progress, Stack, Text } from "@mantine/core";
import { Moment } from "../../components/Moment";
import { count, duration } from "../../lib/format";
import type { Job } from "../../lib/jobs";
import { jobs as words } from "../../texts/jobs";

export function JobProgress({ job }: { job: Job }) {
  if (job.status === "queued")
    return (
      <Text fz="sm" c="dimmed">
        {job.queue_position == null ? "" : words.queue(job.queue_position)}
      </Text>
    );
  const isOpen = job.status === "running" || job.status === "paused";
  if (!isOpen) return job.stopped_early ? <Text fz="sm">{words.stoppedEarly}</Text> : null;
  const { progress } = job;
  return (
    <Stack gap={4}>
      {progress?.percent != null && (
        <Progress
          value={progress.percent}
          aria-label={`${job.name ?? job.id}: ${Math.round(progress.percent)} %`}
        />
      )}
      <Text fz="xs" c="dimmed">
        {[
          job.phase,
          progress && amount(progress),
          progress?.eta_seconds && words.remaining(duration(progress.eta_seconds)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
    </Stack>
  );
}

function amount(progress: NonNullable<Job["progress"]>): string {
  const of = progress.total ? ` of ${count(progress.total)}` : "";
  return `${progress.unit} ${count(progress.current)}${of}`;
}

export function JobTimes({ job }: { job: Job }) {
  return (
    <Stack gap={0}>
      <Text fz="sm">
        {job.started_at ? words.started : words.ordered} <Moment at={job.started_at ?? job.created_at} />
      </Text>
      {job.finished_at && job.duration_ms != null && (
        <Text fz="xs" c="dimmed">
          {words.took(duration(job.duration_ms / 1000))}
        </Text>
      )}
    </Stack>
  );
}
