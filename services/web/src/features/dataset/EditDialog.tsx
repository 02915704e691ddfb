// One change of all images that the filter leaves: tried first, then made, as a new version.
import { Button, Group, Modal, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ImportProgress } from "../../components/ImportProgress";
import { numberOf } from "../../components/importSentence";
import { ProblemCard } from "../../components/ProblemCard";
import type { Schemas } from "../../lib/api";
import { type Edit, orderImport } from "../../lib/orders";
import { useUrlWord } from "../../lib/urlState";
import { texts as shared } from "../../texts";
import { editing as texts } from "../../texts/dataset";
import { rereadDataset } from "./reread";
import type { PanelProps } from "./Screen";

type Kind = keyof typeof texts.kinds;
const KINDS: Kind[] = ["set", "clear", "delete"];

interface EditDialogProps extends PanelProps {
  total: number;
}

export function EditDialog({ dataset, view, total }: EditDialogProps) {
  const [edit, setEdit] = useUrlWord("edit");
  return (
    <Modal
      opened={edit !== ""}
      onClose={() => setEdit(null)}
      title={texts.title(total)}
      size={520}
      closeButtonProps={{ "aria-label": shared.common.close }}
      styles={{ title: { fontWeight: 650, fontSize: "var(--mantine-h2-font-size)" } }}
    >
      <EditForm dataset={dataset} where={view.where} onClose={() => setEdit(null)} />
    </Modal>
  );
}

interface EditFormProps {
  dataset: Schemas["DatasetView"];
  where: string[];
  onClose: () => void;
}

function EditForm({ dataset, where, onClose }: EditFormProps) {
  const [kind, setKind] = useState<Kind>("set");
  const [attribute, setAttribute] = useState(Object.keys(dataset.attributes)[0] ?? "");
  const [value, setValue] = useState("");
  const [job, setJob] = useState<{ id: string; isTrial: boolean } | null>(null);
  const [trial, setTrial] = useState<Schemas["ImportView"] | null>(null);
  const queries = useQueryClient();
  const edit: Edit =
    kind === "delete"
      ? { where, delete: true }
      : { where, set: { [attribute]: kind === "set" ? value : null } };
  const order = useMutation({
    mutationFn: (isTrial: boolean) =>
      orderImport(dataset.id, { type: "edit", ...edit }, isTrial ? { dry_run: true } : {}),
    onSuccess: (id, isTrial) => setJob({ id, isTrial }),
  });
  if (job)
    return (
      <Stack>
        <ImportProgress
          importId={job.id}
          onEnd={(ended) => (job.isTrial ? setTrial(ended) : rereadDataset(queries, dataset.id))}
        />
        {order.error !== null && <ProblemCard error={order.error} />}
        <Group justify="flex-end">
          {job.isTrial ? (
            <>
              <Button variant="default" onClick={() => setJob(null)}>
                {texts.again}
              </Button>
              {trial?.status === "succeeded" && (
                <Button
                  color={kind === "delete" ? "red" : undefined}
                  loading={order.isPending}
                  onClick={() => order.mutate(false)}
                >
                  {texts.confirm[kind](numberOf(trial.result, kind === "delete" ? "deleted" : "edited"))}
                </Button>
              )}
            </>
          ) : (
            <Button onClick={onClose}>{texts.done}</Button>
          )}
        </Group>
      </Stack>
    );
  return (
    <Stack>
      <Text fz="sm">{where.length ? texts.filtered(where.join(", ")) : texts.all}</Text>
      <Radio.Group label={texts.what} value={kind} onChange={(chosen) => setKind(chosen as Kind)}>
        <Group gap="md" mt={6}>
          {KINDS.map((one) => (
            <Radio key={one} value={one} label={texts.kinds[one]} />
          ))}
        </Group>
      </Radio.Group>
      {kind !== "delete" && (
        <Group grow align="flex-start">
          <Select
            label={texts.attribute}
            data={Object.keys(dataset.attributes)}
            value={attribute}
            allowDeselect={false}
            onChange={(chosen) => setAttribute(chosen ?? "")}
          />
          {kind === "set" && (
            <ValueField
              values={dataset.attributes[attribute]?.values ?? null}
              value={value}
              onChange={setValue}
            />
          )}
        </Group>
      )}
      <Text fz="sm" c="dimmed">
        {texts.how}
      </Text>
      {order.error !== null && <ProblemCard error={order.error} />}
      <Group justify="flex-end">
        <Button
          loading={order.isPending}
          disabled={kind !== "delete" && (!attribute || (kind === "set" && !value))}
          onClick={() => {
            setTrial(null);
            order.mutate(true);
          }}
        >
          {texts.check}
        </Button>
      </Group>
    </Stack>
  );
}

interface ValueFieldProps {
  values: string[] | null;
  value: string;
  onChange: (value: string) => void;
}

function ValueField({ values, value, onChange }: ValueFieldProps) {
  return values ? (
    <Select
      label={texts.value}
      data={values}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? "")}
    />
  ) : (
    <TextInput
      label={texts.value}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
