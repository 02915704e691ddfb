// What the networks begin with, and whether a model of yours gets a further version.
import { SegmentedControl, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api } from "../../lib/api";
import { count } from "../../lib/format";
import { newTraining as words } from "../../texts/newTraining";
import { errorUnder } from "./fieldErrors";
import { Section } from "./Section";
import type { SectionProps } from "./useOrder";

type Kind = keyof typeof words.starts;

const kindOf = (start: string): Kind =>
  start.startsWith("mdl_") ? "model" : start.startsWith("trn_") ? "training" : "scratch";

export function StartSection({ order, change, problem }: SectionProps) {
  const [wanted, setWanted] = useState<Kind>(kindOf(order.start));
  const kind = order.start ? kindOf(order.start) : wanted;
  const models = api.useQuery("get", "/v1/models", { params: { query: { limit: 100 } } });
  const known = models.data?.data ?? [];
  const own = known.filter((model) => model.access === "owner");
  const error = errorUnder(problem, "/start_from");
  return (
    <Section title={words.start}>
      <SegmentedControl
        aria-label={words.start}
        data={Object.entries(words.starts).map(([value, label]) => ({ value, label }))}
        value={kind}
        onChange={(chosen) => {
          setWanted(chosen as Kind);
          change({ start: "" });
        }}
      />
      {kind === "model" && (
        <Select
          label={words.startModel}
          description={words.startModelHow}
          searchable
          data={known.map(({ id, name }) => ({ value: id, label: name }))}
          value={order.start || null}
          onChange={(chosen) => change({ start: chosen ?? "" })}
          error={error ?? undefined}
          maw={420}
        />
      )}
      {kind === "training" && <CheckpointChoice {...{ order, change }} error={error} />}
      <Select
        label={words.nextVersion}
        data={[
          { value: "", label: words.nextVersionNone },
          ...own.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={order.model}
        onChange={(chosen) => change({ model: chosen ?? "" })}
        error={problem?.of("/model_id") ?? undefined}
        allowDeselect={false}
        searchable
        maw={420}
      />
    </Section>
  );
}

type CheckpointChoiceProps = Pick<SectionProps, "order" | "change"> & { error: string | null };

function CheckpointChoice({ order, change, error }: CheckpointChoiceProps) {
  const [training = "", step = ""] = order.start.split(":");
  const trainings = api.useQuery("get", "/v1/trainings", { params: { query: { limit: 100 } } });
  const checkpoints = api.useQuery(
    "get",
    "/v1/trainings/{training_id}/checkpoints",
    { params: { path: { training_id: training }, query: { limit: 100, order: "desc" } } },
    { enabled: training !== "" },
  );
  const kept = (checkpoints.data?.data ?? []).filter(({ is_resumable: is }) => is);
  const begun = (trainings.data?.data ?? []).filter(
    (one) => one.makes === "model" && !one.dry_run && one.started_at,
  );
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={words.startTraining}
          searchable
          data={begun.map(({ id, name, status }) => ({ value: id, label: `${name}, ${status}` }))}
          value={training || null}
          onChange={(chosen) => change({ start: chosen ?? "" })}
        />
        <Select
          label={words.startStep}
          disabled={!kept.length}
          data={kept.map(({ step: at }) => ({ value: String(at), label: words.stepOf(count(at)) }))}
          value={step || null}
          onChange={(chosen) => change({ start: chosen ? `${training}:${chosen}` : training })}
          error={error ?? undefined}
        />
      </SimpleGrid>
      {checkpoints.data && !kept.length && (
        <Text fz="sm" c="dimmed" role="status">
          {words.noCheckpoints}
        </Text>
      )}
    </Stack>
  );
}
