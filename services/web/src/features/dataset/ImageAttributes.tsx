// An image's attributes, changed as a new version of the dataset, and what is suggested for those that it lacks.
import { Button, Divider, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { client, type Schemas } from "../../lib/api";
import { percent } from "../../lib/format";
import { type Edit, orderImport } from "../../lib/orders";
import { own } from "../../lib/own";
import { imagePanel as texts } from "../../texts/dataset";
import { rereadDataset } from "./reread";

const ASKED_EVERY_MS = 250;

interface ImageAttributesProps {
  image: Schemas["ImageView"];
  dataset: Schemas["DatasetView"];
  mayEdit: boolean;
}

type Change = Edit extends infer One
  ? One extends { image_ids: string[] }
    ? Omit<One, "image_ids">
    : never
  : never;

export function ImageAttributes({ image, dataset, mayEdit }: ImageAttributesProps) {
  const [changes, setChanges] = useState<Record<string, string>>({});
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: async (change: Change) => {
      const edit = { type: "edit" as const, image_ids: [image.id], ...change } as { type: "edit" } & Edit;
      await untilEnded(await orderImport(dataset.id, edit));
      await rereadDataset(queries, dataset.id);
    },
    onSuccess: () => setChanges({}),
  });
  const set = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, value || null]));
  return (
    <Stack gap={6}>
      <Divider label={texts.attributes} labelPosition="left" />
      {Object.entries(dataset.attributes).map(([name, schema]) => (
        <AttributeField
          key={name}
          name={name}
          values={schema.values}
          value={own(changes, name) ?? own(image.attributes, name) ?? ""}
          mayEdit={mayEdit}
          onChange={(value) => setChanges({ ...changes, [name]: value })}
        />
      ))}
      {Object.keys(changes).length > 0 && (
        <Group gap="xs" justify="flex-end">
          <Button size="xs" variant="default" onClick={() => setChanges({})}>
            {texts.reset}
          </Button>
          <Button size="xs" loading={save.isPending} onClick={() => save.mutate({ set })}>
            {texts.save}
          </Button>
        </Group>
      )}
      {Object.entries(image.suggestions).map(([name, { value, confidence }]) => (
        <Group key={name} justify="space-between" gap={4} wrap="nowrap">
          <Text fz="sm">
            {name}: {texts.suggested(value, percent(confidence))}
          </Text>
          {mayEdit && (
            <Button.Group>
              <Button
                size="compact-xs"
                loading={save.isPending}
                onClick={() => save.mutate({ confirm: [name] })}
              >
                {texts.confirm}
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                disabled={save.isPending}
                onClick={() => save.mutate({ dismiss: [name] })}
              >
                {texts.dismiss}
              </Button>
            </Button.Group>
          )}
        </Group>
      ))}
      {save.error !== null && <ProblemCard error={save.error} />}
    </Stack>
  );
}

interface AttributeFieldProps {
  name: string;
  values: string[] | null;
  value: string;
  mayEdit: boolean;
  onChange: (value: string) => void;
}

function AttributeField({ name, values, value, mayEdit, onChange }: AttributeFieldProps) {
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Text fz="sm" truncate title={name} flex="1 1 0">
        {name}
      </Text>
      {!mayEdit ? (
        <Text fz="sm" c={value ? undefined : "dimmed"}>
          {value || texts.missing}
        </Text>
      ) : values ? (
        <Select
          size="xs"
          w={132}
          aria-label={name}
          data={values}
          value={value || null}
          placeholder={texts.missing}
          clearable
          onChange={(chosen) => onChange(chosen ?? "")}
        />
      ) : (
        <TextInput
          size="xs"
          w={132}
          aria-label={name}
          value={value}
          placeholder={texts.missing}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </Group>
  );
}

/** Waits for an edit of one image, which takes a moment. Throws what it failed of. */
async function untilEnded(importId: string): Promise<void> {
  for (;;) {
    const { data } = await client.GET("/v1/imports/{import_id}", {
      params: { path: { import_id: importId } },
    });
    if (data?.status === "succeeded") return;
    if (data?.finished_at) throw new Error(data.error?.message ?? data.status);
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
  }
}
