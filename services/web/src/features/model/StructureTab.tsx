// The networks as Tables 2 and 3 of the thesis show them, with true sums; and the curves that made them.
import { SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { LayerTable } from "../../components/LayerTable";
import { fileUrl, layersOf } from "../../lib/card";
import { model } from "../../texts/model";
import type { TabProps } from "./Screen";

const words = model.structure;
const CURVES = [
  ["curves-accuracy.png", words.accuracy],
  ["curves-loss.png", words.loss],
] as const;

export function StructureTab({ version }: TabProps) {
  const networks = layersOf(version);
  const curves = CURVES.filter(([name]) => version.files.some((file) => file.name === name));
  if (!networks.length) return <Text>{words.none}</Text>;
  return (
    <Stack gap="xl">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        {networks.map(([name, layers]) => (
          <Stack key={name} gap="xs">
            <Title order={2} tt="capitalize">
              {name.replaceAll("_", " ")}
            </Title>
            <LayerTable layers={layers} />
          </Stack>
        ))}
      </SimpleGrid>
      {curves.length > 0 && (
        <Stack gap="xs">
          <Title order={2}>{words.curves}</Title>
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {curves.map(([name, label]) => (
              <img
                key={name}
                src={fileUrl(version.model_id, version.version, name)}
                alt={label}
                width={1080}
                height={744}
                loading="lazy"
                style={{ width: "100%", height: "auto", borderRadius: "var(--mantine-radius-md)" }}
              />
            ))}
          </SimpleGrid>
        </Stack>
      )}
    </Stack>
  );
}
