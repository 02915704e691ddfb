// What is used, beside the most that may be.
import { Paper, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useSession } from "../../components/session";
import { bytes, count, duration } from "../../lib/format";
import { settings } from "../../texts/settings";

const words = settings.usage;

export function Usage() {
  const { usage, quotas } = useSession();
  const time = (seconds: number): string => (seconds ? duration(seconds) : "0 s");
  return (
    <Stack>
      <Text c="dimmed">{words.detail}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        <Amount label={words.storage} used={usage.storage_bytes} most={quotas.storage_bytes} show={bytes} />
        <Amount
          label={words.training}
          used={usage.training_seconds}
          most={quotas.training_seconds}
          show={time}
        />
        <Amount label={words.queued} used={usage.queued_jobs} most={quotas.queued_jobs} show={count} />
        <Amount label={words.datasets} used={usage.datasets} most={null} show={count} />
        <Amount label={words.models} used={usage.models} most={null} show={count} />
      </SimpleGrid>
    </Stack>
  );
}

interface AmountProps {
  label: string;
  used: number;
  most: number | null;
  show: (value: number) => string;
}

function Amount({ label, used, most, show }: AmountProps) {
  return (
    <Paper withBorder p="md">
      <Text fz="sm" c="dimmed">
        {label}
      </Text>
      <Text fz="xl" fw={650}>
        {show(used)}
      </Text>
      {most !== null && (
        <Progress value={(100 * used) / most} my={6} aria-label={`${label}: ${show(used)}`} />
      )}
      <Text fz="sm" c="dimmed">
        {most === null ? words.unlimited : words.of(show(most))}
      </Text>
    </Paper>
  );
}
