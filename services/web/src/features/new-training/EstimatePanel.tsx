// What it would take, measured on the worker; nothing here holds back the start.
import { Button, Group, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import type { Schemas } from "../../lib/api";
import { bytes, count, duration } from "../../lib/format";
import { newTraining as words } from "../../texts/newTraining";
import classes from "./EstimatePanel.module.css";
import type { EstimateState } from "./useEstimate";

interface EstimatePanelProps {
  estimate: EstimateState;
  hasFaces: boolean;
  children: ReactNode;
}

export function EstimatePanel({ estimate, hasFaces, children }: EstimatePanelProps) {
  const { dryRun, isBusy, again } = estimate;
  const isFailed = !isBusy && dryRun !== null && dryRun.estimate === null && dryRun.error !== null;
  return (
    <Paper withBorder p="lg" component="section" aria-label={words.estimate} className={classes.panel}>
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2}>{words.estimate}</Title>
          {isBusy && <Loader size="xs" aria-hidden />}
        </Group>
        <div role="status" className={classes.news}>
          {!hasFaces && <Text fz="sm">{words.chooseFaces}</Text>}
          {hasFaces && isBusy && <Waiting dryRun={dryRun} />}
        </div>
        {!isBusy && dryRun?.estimate && <Figures dryRun={dryRun} estimate={dryRun.estimate} />}
        {isFailed && (
          <Stack gap="xs" align="flex-start">
            <Text fz="sm">
              {words.notMeasured}: {dryRun.error?.message}
            </Text>
            <Button size="xs" variant="default" onClick={again}>
              {words.measureAgain}
            </Button>
          </Stack>
        )}
        {dryRun && dryRun.warnings.length > 0 && (
          <Stack component="ul" gap="xs" m={0} p={0} className={classes.warnings}>
            {dryRun.warnings.map(({ code, detail }) => (
              <Group key={`${code} ${detail}`} component="li" gap="xs" wrap="nowrap" align="flex-start">
                <IconAlertTriangle size={18} aria-hidden className={classes.warning} />
                <Text fz="sm">{detail}</Text>
              </Group>
            ))}
          </Stack>
        )}
        {children}
      </Stack>
    </Paper>
  );
}

function Waiting({ dryRun }: { dryRun: Schemas["TrainingView"] | null }) {
  const position = dryRun?.queue_position;
  const isQueued = dryRun?.status === "queued";
  const sentence = isQueued ? (position ? words.waitingAt(position) : words.waiting) : words.measuring;
  return (
    <Text fz="sm">
      {sentence} {words.startAlready}
    </Text>
  );
}

interface FiguresProps {
  dryRun: Schemas["TrainingView"];
  estimate: Schemas["EstimateView"];
}

const megabytes = (value: number): string => bytes(value * 1e6);

function Figures({ dryRun, estimate }: FiguresProps) {
  const side = dryRun.resolution;
  const rows: [string, string | null][] = [
    [
      words.facesRow,
      dryRun.image_count === null
        ? null
        : `${count(dryRun.image_count)}${side ? ` of ${side} × ${side} pixels` : ""}`,
    ],
    [words.stepsRow, `${count(estimate.steps)}, ${words.decided[estimate.decided_by]}`],
    [words.memory, megabytes(estimate.memory_mb)],
    [words.gpuMemory, estimate.gpu_memory_mb === null ? null : megabytes(estimate.gpu_memory_mb)],
    [words.disk, megabytes(estimate.disk_mb)],
    [words.device, estimate.device],
    [
      words.place,
      estimate.queue_position === null
        ? null
        : estimate.queue_position === 1
          ? words.placeNext
          : words.placeOf(estimate.queue_position),
    ],
  ];
  return (
    <Stack gap="xs">
      <Text fz={28} fw={700} lh={1.1}>
        {words.about(duration(estimate.seconds))}
      </Text>
      <dl className={classes.facts}>
        {rows.map(
          ([term, value]) =>
            value !== null && (
              <Fragment key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </Fragment>
            ),
        )}
      </dl>
    </Stack>
  );
}
