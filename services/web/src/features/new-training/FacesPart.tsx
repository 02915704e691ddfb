// One chosen dataset: name, version, number of images, and the way out.
import { ActionIcon, Anchor, Group, Paper, Select, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link } from "react-router";
import { api } from "../../lib/api";
import { plural } from "../../lib/format";
import { newTraining as words } from "../../texts/newTraining";
import type { Part } from "./order";

interface FacesPartProps {
  part: Part;
  error: string | null;
  onVersion: (version: number | null) => void;
  onRemove: () => void;
}

export function FacesPart({ part, error, onVersion, onRemove }: FacesPartProps) {
  const dataset = api.useQuery("get", "/v1/datasets/{dataset_id}", {
    params: { path: { dataset_id: part.dataset } },
  });
  const name = dataset.data?.name ?? part.dataset;
  const numbers = Array.from(
    { length: dataset.data?.latest_version ?? part.version ?? 0 },
    (_, at) => at + 1,
  );
  return (
    <Paper withBorder px="md" py="xs">
      <Group justify="space-between" gap="sm">
        <Stack gap={0} miw={0}>
          <Anchor component={Link} to={`/datasets/${part.dataset}`} fw={600}>
            {name}
          </Anchor>
          <Text fz="sm" c="dimmed">
            {dataset.data ? plural(dataset.data.image_count, "image") : ""}
          </Text>
        </Stack>
        <Group gap="xs" wrap="nowrap">
          <Select
            aria-label={`${words.version}: ${name}`}
            size="xs"
            w={130}
            allowDeselect={false}
            data={[
              { value: "latest", label: words.latest },
              ...numbers.reverse().map((number) => ({
                value: String(number),
                label: words.versionOf(number),
              })),
            ]}
            value={part.version === null ? "latest" : String(part.version)}
            onChange={(chosen) => onVersion(chosen === "latest" || !chosen ? null : Number(chosen))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={30}
            aria-label={words.remove(name)}
            onClick={onRemove}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      </Group>
      {(error ?? dataset.error) && (
        <Text fz="sm" c="red" role="alert">
          {error ?? String((dataset.error as unknown as Error).message)}
        </Text>
      )}
    </Paper>
  );
}
