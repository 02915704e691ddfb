// Measurements of this model: ordered here, shown with their picture and every number.
import { Button, Group, Paper, Select, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { Facts } from "../../components/Facts";
import { JobStatus } from "../../components/JobStatus";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { isMoving } from "../../lib/jobs";
import { problemOfJob } from "../../lib/problem";
import { model } from "../../texts/model";
import type { TabProps } from "./Screen";

const words = model.evaluations;
const KINDS = Object.keys(words.kinds) as Schemas["EvaluationKind"][];
const WITH_DATASET: Schemas["EvaluationKind"][] = ["quality", "recognition"];
const LOOKED_EVERY_MS = 2_000;

export function EvaluationsTab({ version }: TabProps) {
  const list = api.useQuery(
    "get",
    "/v1/evaluations",
    { params: { query: { model_id: version.model_id, limit: 50 } } },
    { refetchInterval: ({ state }) => (state.data?.data.some(isMoving) ? LOOKED_EVERY_MS : false) },
  );
  return (
    <Stack maw={980}>
      <Order version={version} />
      <Text c="dimmed">{words.detail}</Text>
      <Answer
        query={list}
        isEmpty={({ data }) => !data.length}
        empty={<EmptyState title={words.empty} detail={words.emptyDetail} />}
      >
        {({ data }) => (
          <Stack>
            {data.map((evaluation) => (
              <Evaluation key={evaluation.id} evaluation={evaluation as Schemas["EvaluationView"]} />
            ))}
          </Stack>
        )}
      </Answer>
    </Stack>
  );
}

function Order({ version }: Pick<TabProps, "version">) {
  const queries = useQueryClient();
  const [kind, setKind] = useState<Schemas["EvaluationKind"]>("quality");
  const [datasetId, setDatasetId] = useState<string | null>(null);
  const datasets = api.useQuery("get", "/v1/datasets", { params: { query: { limit: 100 } } });
  const order = api.useMutation("post", "/v1/evaluations", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/evaluations"] }),
  });
  const needsDataset = WITH_DATASET.includes(kind);
  const submit = (): void =>
    order.mutate({
      body: {
        kind,
        model: { model_id: version.model_id, version: version.version },
        ...(needsDataset && datasetId ? { dataset: { dataset_id: datasetId } } : {}),
      },
    });
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <Select
          label={words.measure}
          w={380}
          maw="100%"
          data={KINDS.map((of) => ({ value: of, label: words.kinds[of] }))}
          value={kind}
          onChange={(chosen) => chosen && setKind(chosen)}
          allowDeselect={false}
        />
        {needsDataset && (
          <Select
            label={words.dataset}
            w={240}
            data={datasets.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            value={datasetId}
            onChange={setDatasetId}
            searchable
          />
        )}
        <Button loading={order.isPending} disabled={needsDataset && !datasetId} onClick={submit}>
          {words.order}
        </Button>
      </Group>
      {order.error && <ProblemCard error={order.error} />}
    </Stack>
  );
}

function Evaluation({ evaluation }: { evaluation: Schemas["EvaluationView"] }) {
  const picture = Object.entries(evaluation.files).find(([name]) => name.endsWith(".png"));
  return (
    <Paper withBorder p="md" component="article" aria-label={words.kinds[evaluation.measures]}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3}>{words.kinds[evaluation.measures]}</Title>
          <Group gap="sm">
            <Text fz="sm" c="dimmed">
              <Moment at={evaluation.finished_at ?? evaluation.created_at} />
            </Text>
            <JobStatus job={evaluation} />
          </Group>
        </Group>
        {evaluation.error && <ProblemCard error={problemOfJob(evaluation.error)} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {picture && (
            <img
              src={picture[1]}
              alt={words.kinds[evaluation.measures]}
              loading="lazy"
              style={{ maxWidth: "100%", height: "auto", borderRadius: "var(--mantine-radius-md)" }}
            />
          )}
          {evaluation.result && <Facts value={evaluation.result} />}
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}
