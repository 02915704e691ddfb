// Preset and architecture; the resolution is that of the images.
import { Radio, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { api, type Schemas } from "../../lib/api";
import { newTraining as words } from "../../texts/newTraining";
import classes from "./NetworkSection.module.css";
import { Section } from "./Section";
import type { SectionProps } from "./useOrder";

interface NetworkSectionProps extends SectionProps {
  dryRun: Schemas["TrainingView"] | null;
}

export function NetworkSection({ order, change, problem, dryRun }: NetworkSectionProps) {
  const server = api.useQuery("get", "/v1/server", {}, { staleTime: Number.POSITIVE_INFINITY });
  const presets = server.data?.presets ?? Object.keys(words.presets);
  const architectures = server.data?.architectures ?? Object.keys(words.architectures);
  const order3 = ["quick", "best", "thesis"];
  const sorted = [...presets].sort((one, other) => order3.indexOf(one) - order3.indexOf(other));
  return (
    <Section title={words.networks}>
      <Radio.Group
        label={words.preset}
        value={order.preset}
        onChange={(preset) => change({ preset })}
        error={problem?.of("/preset") ?? undefined}
      >
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" mt={6}>
          {sorted.map((preset) => (
            <Radio.Card key={preset} value={preset} p="md" className={classes.card}>
              <Stack gap={4}>
                <Text fw={600} component="span" className={classes.title}>
                  <Radio.Indicator component="span" />
                  {words.presets[preset]?.title ?? preset}
                </Text>
                <Text fz="sm" c="dimmed" component="span">
                  {words.presets[preset]?.detail}
                </Text>
              </Stack>
            </Radio.Card>
          ))}
        </SimpleGrid>
      </Radio.Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={words.architecture}
          description={words.architectureHow}
          data={architectures.map((value) => ({ value, label: words.architectures[value] ?? value }))}
          value={order.architecture}
          onChange={(architecture) => change({ architecture: architecture ?? "auto" })}
          error={problem?.of("/architecture") ?? undefined}
          allowDeselect={false}
        />
        <Stack gap={2}>
          <Text fz="sm" fw={500}>
            {words.resolution}
          </Text>
          <Text fz="xs" c="dimmed">
            {words.resolutionHow}
          </Text>
          <Text mt={6}>{dryRun?.resolution ? `${dryRun.resolution} × ${dryRun.resolution}` : "–"}</Text>
        </Stack>
      </SimpleGrid>
    </Section>
  );
}
