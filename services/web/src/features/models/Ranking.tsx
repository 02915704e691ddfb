// Which model is best on a dataset, by the newest evaluation of each version.
import { Alert, Select, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { api } from "../../lib/api";
import { decimals } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { models } from "../../texts/models";

const words = models.ranking;

export function Ranking() {
  const [dataset, setDataset] = useUrlWord("dataset");
  const datasets = api.useQuery("get", "/v1/datasets", { params: { query: { limit: 100 } } });
  return (
    <Stack>
      <Text c="dimmed">{words.detail}</Text>
      <Select
        label={words.dataset}
        placeholder={words.choose}
        data={
          datasets.data?.data.map(({ id, name, role }) => ({ value: id, label: `${name} (${role})` })) ?? []
        }
        value={dataset || null}
        onChange={(chosen) => setDataset(chosen)}
        searchable
        maw={360}
      />
      {datasets.error && <ProblemCard error={datasets.error} onRetry={() => datasets.refetch()} />}
      {dataset ? <RankingTable datasetId={dataset} /> : <Alert color="gray">{words.choose}</Alert>}
    </Stack>
  );
}

function RankingTable({ datasetId }: { datasetId: string }) {
  const query = { dataset_id: datasetId, kind: "quality", sort: "score", limit: 100 } as const;
  const evaluations = api.useQuery("get", "/v1/evaluations", { params: { query } });
  const models = api.useQuery("get", "/v1/models", { params: { query: { limit: 100 } } });
  const nameOf = (id: string): string => models.data?.data.find((model) => model.id === id)?.name ?? id;
  return (
    <Answer
      query={evaluations}
      isEmpty={(list) => !list.data.length}
      empty={<EmptyState title={words.empty} detail={words.emptyDetail} />}
    >
      {(list) => (
        <Table maw={760} verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={80}>{words.place}</Table.Th>
              <Table.Th>{words.model}</Table.Th>
              <Table.Th>{words.score}</Table.Th>
              <Table.Th>{words.measured}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.data.map((evaluation, place) => (
              <Table.Tr key={evaluation.id}>
                <Table.Td>{place + 1}</Table.Td>
                <Table.Td>
                  <Link
                    to={`/models/${evaluation.model.model_id}?version=${evaluation.model.version}&tab=evaluations`}
                  >
                    {nameOf(evaluation.model.model_id)}, version {evaluation.model.version}
                  </Link>
                </Table.Td>
                <Table.Td>{evaluation.score === null ? "" : decimals(evaluation.score, 3)}</Table.Td>
                <Table.Td>
                  <Moment at={evaluation.finished_at ?? evaluation.created_at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Answer>
  );
}
