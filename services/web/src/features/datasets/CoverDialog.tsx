// Covered copies of a dataset's clean faces, as a new test dataset.
import { Chip, Group, Input, NumberInput, Text } from "@mantine/core";
import { useState } from "react";
import { Answer } from "../../components/Answer";
import type { Schemas } from "../../lib/api";
import { dialogs as texts } from "../../texts/datasetDialogs";
import { NewSet } from "./NewSet";
import { useDataset } from "./useDataset";

type Family = NonNullable<Schemas["CoveringsSource"]["families"]>[number];
const FAMILIES = Object.keys(texts.cover.names) as Family[];
const WORN: Family[] = ["surgical", "cloth", "respirator", "scarf", "glasses"];

export function CoverDialog({ datasetId, onClose }: { datasetId: string; onClose: () => void }) {
  const dataset = useDataset(datasetId);
  const [families, setFamilies] = useState<Family[]>(WORN);
  const [seed, setSeed] = useState<number | "">("");
  return (
    <Answer query={dataset}>
      {({ name }) => (
        <NewSet
          name={texts.cover.name(name)}
          forRole="test"
          source={{
            type: "coverings",
            of: { dataset_id: datasetId },
            families,
            ...(seed === "" ? {} : { seed }),
          }}
          button={texts.cover.button}
          disabled={families.length === 0}
          onClose={onClose}
        >
          <Text fz="sm">{texts.cover.how(name)}</Text>
          <Input.Wrapper label={texts.cover.families} labelElement="div">
            <Chip.Group multiple value={families} onChange={(chosen) => setFamilies(chosen as Family[])}>
              <Group gap={6} mt={4}>
                {FAMILIES.map((family) => (
                  <Chip key={family} value={family} size="sm">
                    {texts.cover.names[family]}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
          <NumberInput
            label={texts.cover.seed}
            description={texts.cover.seedHow}
            value={seed}
            min={0}
            max={2 ** 31 - 1}
            allowDecimal={false}
            onChange={(value) => setSeed(typeof value === "number" ? value : "")}
          />
        </NewSet>
      )}
    </Answer>
  );
}
