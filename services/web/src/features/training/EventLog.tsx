// What has happened, newest first; the filter is in the address.
import { Badge, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { Moment } from "../../components/Moment";
import { count } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { training as words } from "../../texts/training";
import { type Level, type LogLine, MOST_LINES } from "./logLines";

const SHOWN: Record<string, Level[]> = {
  all: ["detail", "milestone", "warning"],
  milestones: ["milestone", "warning"],
  warnings: ["warning"],
};

export function EventLog({ lines }: { lines: LogLine[] }) {
  const [level, setLevel] = useUrlWord("events", "milestones");
  const levels = SHOWN[level] ?? ["milestone", "warning"];
  const shown = lines.filter((line) => levels.includes(line.level)).reverse();
  return (
    <Paper withBorder p="md" component="section" aria-label={words.events}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} fz="md">
            {words.events}
          </Title>
          <SegmentedControl
            size="xs"
            aria-label={words.level}
            data={Object.entries(words.levels).map(([value, label]) => ({ value, label }))}
            value={level in SHOWN ? level : "milestones"}
            onChange={(chosen) => setLevel(chosen, { replace: true })}
          />
        </Group>
        {shown.length ? (
          <Stack
            gap={6}
            mah={320}
            component="ol"
            m={0}
            p={0}
            tabIndex={0}
            aria-label={words.events}
            style={{ overflowY: "auto", listStyle: "none" }}
          >
            {shown.map((line) => (
              <Group key={line.id} component="li" gap="sm" wrap="nowrap" align="flex-start">
                <Text fz="sm" c="dimmed" w={110} component="span" style={{ flexShrink: 0 }}>
                  {line.at && <Moment at={line.at} />}
                </Text>
                <Text fz="sm" component="span" style={{ overflowWrap: "anywhere" }}>
                  {line.level === "warning" && (
                    <Badge color="yellow" variant="light" tt="none" size="sm" mr={6}>
                      {words.warning}
                    </Badge>
                  )}
                  {line.text}
                </Text>
              </Group>
            ))}
          </Stack>
        ) : (
          <Text fz="sm" c="dimmed">
            {words.noEvents}
          </Text>
        )}
        {lines.length >= MOST_LINES && (
          <Text fz="xs" c="dimmed">
            {words.keptLines(count(MOST_LINES))}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
