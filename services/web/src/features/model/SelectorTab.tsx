// The thesis's choosing network (Table 4, Figures 18 to 22): structure, curves, report, confusion, feature maps.
import { Alert, Button, Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { LayerTable } from "../../components/LayerTable";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { type Layers, layersOf } from "../../lib/card";
import { decimals, percent } from "../../lib/format";
import { model } from "../../texts/model";

const words = model.selector;

export function SelectorTab() {
  const selectors = api.useQuery("get", "/v1/selectors", { params: { query: { limit: 1 } } });
  const training = api.useMutation("post", "/v1/trainings");
  const train = (
    <Button
      loading={training.isPending}
      onClick={() => training.mutate({ body: { kind: "selector", name: "selector" } })}
    >
      {words.train}
    </Button>
  );
  const ordered = training.data && (
    <Alert role="status" color="petrol" variant="light">
      {words.ordered} <Link to={`/trainings/${training.data.id}`}>{words.see}</Link>
    </Alert>
  );
  return (
    <Stack gap="lg">
      <Text c="dimmed" maw={760}>
        {words.detail}
      </Text>
      {ordered}
      {training.error && <ProblemCard error={training.error} />}
      <Answer
        query={selectors}
        isEmpty={({ data }) => !data.length}
        empty={<EmptyState title={words.none} detail={words.noneDetail} action={train} />}
      >
        {({ data }) =>
          data.map((one) => <Evidence key={one.id} selector={one as Schemas["SelectorView"]} train={train} />)
        }
      </Answer>
    </Stack>
  );
}

function Evidence({ selector, train }: { selector: Schemas["SelectorView"]; train: React.ReactNode }) {
  const { training, validation, test } = selector.images;
  const networks = layersOf(selector);
  const own =
    "rows" in selector.layers ? [["network", selector.layers as unknown as Layers] as const] : networks;
  return (
    <Stack gap="xl">
      <Stack gap={4}>
        <Text>{words.of(percent(selector.report.accuracy), selector.models.length)}</Text>
        <Text fz="sm" c="dimmed">
          {words.split(training, validation, test)} {words.sideBySide}
        </Text>
        <Group>
          {selector.is_stale && (
            <Alert color="yellow" variant="light">
              {words.stale}
            </Alert>
          )}
          {train}
        </Group>
      </Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Part title={words.structure}>
          {own.map(([name, layers]) => (
            <LayerTable key={name} layers={layers} />
          ))}
          <Text fz="sm" c="dimmed">
            {words.printedSum}
          </Text>
        </Part>
        <Part title={words.curves}>
          <Picture selector={selector} name="curves.png" alt={words.curves} />
        </Part>
        <Part title={words.report}>
          <Report report={selector.report} />
        </Part>
        <Part title={words.confusion}>
          <Confusion selector={selector} />
        </Part>
        <Part title={`${words.features}: ${words.first}`}>
          <Picture selector={selector} name="features-first.png" alt={words.first} />
        </Part>
        <Part title={`${words.features}: ${words.last}`}>
          <Picture selector={selector} name="features-last.png" alt={words.last} />
        </Part>
      </SimpleGrid>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Stack gap="xs">
      <Title order={2}>{title}</Title>
      {children}
    </Stack>
  );
}

function Picture({ selector, name, alt }: { selector: Schemas["SelectorView"]; name: string; alt: string }) {
  return (
    <img
      src={`/v1/selectors/${selector.id}/files/${name}`}
      alt={alt}
      loading="lazy"
      style={{ maxWidth: "100%", height: "auto", borderRadius: "var(--mantine-radius-md)" }}
    />
  );
}

function Report({ report }: { report: Schemas["ReportView"] }) {
  const rows = [...Object.entries(report.models), [words.mean, report.mean] as const];
  return (
    <Table verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          {[words.model, words.precision, words.recall, words.f1, words.images].map((head) => (
            <Table.Th key={head}>{head}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([name, row]) => (
          <Table.Tr key={name}>
            <Table.Td>{name}</Table.Td>
            <Table.Td>{decimals(row.precision, 2)}</Table.Td>
            <Table.Td>{decimals(row.recall, 2)}</Table.Td>
            <Table.Td>{decimals(row.f1, 2)}</Table.Td>
            <Table.Td>{row.images}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Confusion({ selector }: { selector: Schemas["SelectorView"] }) {
  return (
    <>
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {selector.models.map((of) => (
              <Table.Th key={of.model_id}>{of.name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {selector.confusion.map((row, place) => (
            <Table.Tr key={selector.models[place]?.model_id ?? place}>
              <Table.Th scope="row">{selector.models[place]?.name}</Table.Th>
              {row.map((images, column) => (
                <Table.Td key={selector.models[column]?.model_id ?? column} fw={place === column ? 700 : 400}>
                  {images}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text fz="sm" c="dimmed">
        {words.confusionDetail}
      </Text>
    </>
  );
}
