// The test photo: an image of a test dataset, or a photo of one's own that stays in this page until the start.
import { Button, FileButton, Group, Select, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { Face } from "../../components/Face";
import { api } from "../../lib/api";
import { newTraining as words } from "../../texts/newTraining";
import { errorUnder } from "./fieldErrors";
import classes from "./ProbeSection.module.css";
import { Section } from "./Section";
import type { SectionProps } from "./useOrder";

const MOST_BYTES = 1_000_000; // of a photo inside the request
const OFFERED = 24;
const SIZE = 64;

interface ProbeSectionProps extends SectionProps {
  photo: string | null;
  onPhoto: (dataUrl: string | null) => void;
}

export function ProbeSection({ order, change, problem, photo, onPhoto }: ProbeSectionProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const upload = async (file: File | null): Promise<void> => {
    if (!file) return;
    setRefusal(file.size > MOST_BYTES ? words.tooLarge : null);
    if (file.size > MOST_BYTES) return;
    change({ probe: "" });
    onPhoto(await dataUrlOf(file));
  };
  const error = errorUnder(problem, "/probe");
  return (
    <Section title={words.probe} detail={words.probeHow}>
      <Group align="center" gap="md">
        {(photo ?? order.probe) && (
          <Group gap="sm">
            <Face
              src={photo ?? `/v1/images/${order.probe}/content?size=thumb`}
              alt={photo ? words.uploaded : words.chosen}
              side={SIZE + 1}
              size={SIZE}
            />
            <Button
              variant="subtle"
              size="xs"
              onClick={() => {
                onPhoto(null);
                change({ probe: "" });
              }}
            >
              {words.removeProbe}
            </Button>
          </Group>
        )}
        <FileButton accept="image/png,image/jpeg,image/webp" onChange={upload}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />}>
              {words.upload}
            </Button>
          )}
        </FileButton>
        <Text fz="xs" c="dimmed" maw={360}>
          {words.uploadHow}
        </Text>
      </Group>
      {(refusal ?? error) && (
        <Text fz="sm" c="red" role="alert">
          {refusal ?? error}
        </Text>
      )}
      <TestImages
        chosen={photo ? "" : order.probe}
        onChoose={(probe) => {
          onPhoto(null);
          change({ probe });
        }}
      />
    </Section>
  );
}

function TestImages({ chosen, onChoose }: { chosen: string; onChoose: (imageId: string) => void }) {
  const datasets = api.useQuery("get", "/v1/datasets", { params: { query: { role: "test", limit: 100 } } });
  const known = datasets.data?.data.filter(({ image_count: images }) => images > 0) ?? [];
  const [dataset, setDataset] = useState<string | null>(null);
  const shown = dataset ?? known.find(({ id }) => chosen.startsWith(id.replace("ds_", "img_")))?.id ?? null;
  const images = api.useQuery(
    "get",
    "/v1/images",
    { params: { query: { dataset_id: [shown ?? ""], limit: OFFERED } } },
    { enabled: shown !== null },
  );
  return (
    <Stack gap="sm">
      <Select
        label={words.probeFrom}
        placeholder={known.length ? "" : words.probeNone}
        disabled={!known.length}
        data={known.map(({ id, name }) => ({ value: id, label: name }))}
        value={shown}
        onChange={setDataset}
        maw={420}
      />
      {images.data && (
        <Group gap={6} role="radiogroup" aria-label={words.probe}>
          {images.data.data.map((image) => (
            <UnstyledButton
              key={image.id}
              role="radio"
              aria-checked={image.id === chosen}
              className={classes.image}
              onClick={() => onChoose(image.id)}
            >
              <Face
                src={image.urls.content ?? ""}
                alt={words.imageAlt(image.row)}
                side={image.width}
                size={SIZE}
              />
            </UnstyledButton>
          ))}
        </Group>
      )}
    </Stack>
  );
}

function dataUrlOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
