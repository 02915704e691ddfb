// Where the model comes from: training, data, ancestors, seed, software.
import { Anchor, Code, Group, Stack, Text, Title } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";
import { Facts } from "../../components/Facts";
import { api } from "../../lib/api";
import { lineageOf } from "../../lib/card";
import { model } from "../../texts/model";
import type { TabProps } from "./Screen";

const words = model.lineage;

export function LineageTab({ version }: TabProps) {
  const lineage = lineageOf(version);
  const data = lineage.data ?? [];
  const datasets = useQueries({
    queries: data.map((part) =>
      api.queryOptions("get", "/v1/datasets/{dataset_id}", {
        params: { path: { dataset_id: part.dataset_id } },
      }),
    ),
  });
  const start = lineage.start_from;
  return (
    <Stack maw={760} gap="lg">
      <Part title={words.data}>
        {data.map((part, place) => {
          const where = part.where.map((of) => `&where=${encodeURIComponent(of)}`).join("");
          const name = datasets[place]?.data?.name ?? part.dataset_id;
          return (
            <Group key={`${part.dataset_id} ${where}`} gap="xs">
              <Anchor component={Link} to={`/datasets/${part.dataset_id}?version=${part.version}${where}`}>
                {words.dataRow(name, part.version)}
              </Anchor>
              <Text c="dimmed">{part.where.length ? part.where.join(", ") : words.whole}</Text>
            </Group>
          );
        })}
      </Part>
      {lineage.training_id && (
        <Part title={words.training}>
          <Anchor component={Link} to={`/trainings/${lineage.training_id}`}>
            {lineage.training_id}
          </Anchor>
        </Part>
      )}
      <Part title={words.startFrom}>
        {start?.model_id ? (
          <Anchor component={Link} to={`/models/${start.model_id}?version=${start.version}`}>
            {start.model_id}, version {start.version}
          </Anchor>
        ) : (
          <Text>{start?.training_id ? `${start.training_id}, step ${start.step}` : words.scratch}</Text>
        )}
        {lineage.ancestors?.map((ancestor) => (
          <Anchor key={ancestor.model_id} component={Link} to={`/models/${ancestor.model_id}`}>
            {ancestor.model_id}, version {ancestor.version}
          </Anchor>
        ))}
      </Part>
      <Part title={words.settings}>
        <Text>
          {words.seed} <Code>{lineage.seed}</Code> · {words.software} <Code>{lineage.software}</Code>
        </Text>
        <Text style={{ overflowWrap: "anywhere" }}>
          {words.digest} <Code>{version.digest}</Code>
        </Text>
        <Facts value={{ settings: version.card.settings, recipe: version.card.recipe }} />
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Stack gap={4}>
      <Title order={2}>{title}</Title>
      {children}
    </Stack>
  );
}
