// Whether the service can work now, by icon and word and colour; what works for it, on what, and what waits.
import { Anchor, Group, Paper, SimpleGrid, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Schemas } from "../../lib/api";
import { count, plural } from "../../lib/format";
import { health as texts } from "../../texts/home";
import { deviceWord, type Health, type QueueName } from "./health";
import { useHealth } from "./useHealth";

const LOOKS: Record<Health["tone"], { color: string; icon: typeof IconHelpCircle }> = {
  good: { color: "green", icon: IconCircleCheck },
  warning: { color: "yellow", icon: IconAlertTriangle },
  bad: { color: "red", icon: IconCircleX },
  unknown: { color: "gray", icon: IconHelpCircle },
};

const KINDS = Object.keys(texts.workers) as QueueName[];

export function HealthStrip() {
  const { health, counts, workers, queued } = useHealth();
  const { color, icon: Icon } = LOOKS[health.tone];
  return (
    <Paper component="section" withBorder px="lg" py="md" aria-labelledby="health-title">
      <Group gap="xl" align="center">
        <Group gap="sm" wrap="nowrap" flex="1 1 220px" maw={320}>
          <ThemeIcon color={color} variant="light" radius="xl" size={40} aria-hidden>
            <Icon size={22} stroke={1.8} />
          </ThemeIcon>
          <Stack gap={0}>
            <Text id="health-title" fz="xs" c="dimmed">
              {texts.title}
            </Text>
            <Text fw={650} lh={1.3} data-tone={health.tone} role="status">
              {health.word}
            </Text>
            {health.tone !== "good" && health.detail && (
              <Text fz="xs" c="dimmed">
                {health.detail}
              </Text>
            )}
          </Stack>
        </Group>
        <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} spacing="lg" verticalSpacing="sm" flex="1 1 520px">
          {KINDS.map((queue) => (
            <Fact key={queue} title={texts.workers[queue]} {...workersOf(queue, counts, workers)} />
          ))}
          <Fact
            title={texts.queue}
            value={
              queued ? (
                <Anchor component={Link} to="/jobs?status=queued" inherit fw={600}>
                  {count(queued)} {texts.waits}
                </Anchor>
              ) : queued === 0 ? (
                texts.nothingWaits
              ) : (
                "–"
              )
            }
          />
        </SimpleGrid>
      </Group>
    </Paper>
  );
}

function workersOf(
  queue: QueueName,
  counts: Record<string, number> | undefined,
  workers: Schemas["WorkerView"][],
): { value: string; detail?: string } {
  if (!counts) return { value: "–" };
  const alive = counts[queue] ?? 0;
  const own = workers.filter((worker) => worker.queue === queue);
  const devices = [...new Set(own.map(({ device }) => deviceWord(device)).filter((word) => word !== null))];
  const detail = [...devices, ...(own.some((worker) => worker.is_draining) ? [texts.leaves] : [])].join(", ");
  return { value: alive ? plural(alive, "worker") : texts.none, ...(detail ? { detail } : {}) };
}

function Fact({ title, value, detail }: { title: string; value: React.ReactNode; detail?: string }) {
  return (
    <Stack gap={0}>
      <Text fz="xs" c="dimmed">
        {title}
      </Text>
      <Text fz="sm" fw={600}>
        {value}
      </Text>
      {detail && (
        <Text fz="xs" c="dimmed">
          {detail}
        </Text>
      )}
    </Stack>
  );
}
