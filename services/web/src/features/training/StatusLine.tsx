// Status, phase, progress, and time: what is going on, in one line and a bar.
import { Group, Progress, Stack, Text, VisuallyHidden } from "@mantine/core";
import { Fragment } from "react";
import { JobStatus, statusWord } from "../../components/JobStatus";
import { Moment } from "../../components/Moment";
import { count, duration, percent } from "../../lib/format";
import { training as words } from "../../texts/training";
import { phaseWord } from "./logLines";
import type { Training } from "./useFollowed";

export function StatusLine({ training }: { training: Training }) {
  const { progress, status } = training;
  const isOpen = status === "running" || status === "paused";
  return (
    <Stack gap="xs">
      <VisuallyHidden role="status">{statusWord(training)}</VisuallyHidden>
      <Group gap="xs">
        <JobStatus job={training} />
        <Facts facts={factsOf(training)} />
        <Text fz="sm" c="dimmed" component="span">
          {training.started_at ? words.startedAt : words.orderedAt}{" "}
          <Moment at={training.started_at ?? training.created_at} />
        </Text>
      </Group>
      {isOpen && progress?.percent != null && (
        <Group gap="sm" wrap="nowrap">
          <Progress value={progress.percent} w={320} maw="60vw" aria-label={words.progress} />
          <Text fz="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
            {percent(progress.percent / 100)}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

function factsOf(training: Training): string[] {
  const { progress, status } = training;
  const isRunning = status === "running";
  return [
    isRunning && training.phase && phaseWord(training.phase),
    (isRunning || status === "paused") && progress && amountOf(progress),
    isRunning && progress?.eta_seconds != null && words.remaining(duration(progress.eta_seconds)),
    status === "queued" && training.queue_position != null && words.queue(training.queue_position),
    training.attempt > 1 && words.attempt(training.attempt),
    training.stopped_early && words.stoppedEarly,
    training.duration_ms != null && words.took(duration(training.duration_ms / 1000)),
  ].filter((fact) => typeof fact === "string");
}

/** "step 2,000 of 98,000", "14 s of 1 min" where the time decides. */
function amountOf({ current, total, unit }: NonNullable<Training["progress"]>): string {
  if (unit === "second")
    return total ? `${duration(current)} of at most ${duration(total)}` : duration(current);
  return `${unit} ${count(current)}${total ? ` of ${count(total)}` : ""}`;
}

function Facts({ facts }: { facts: string[] }) {
  return facts.map((fact) => (
    <Fragment key={fact}>
      <Text fz="sm" component="span">
        {fact}
      </Text>
      <Text fz="sm" c="dimmed" component="span" aria-hidden>
        ·
      </Text>
    </Fragment>
  ));
}
