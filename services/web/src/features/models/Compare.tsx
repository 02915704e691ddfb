// Up to four models side by side: the same noise, the same covered face, their numbers.
import { Anchor, Button, FileButton, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { Page } from "../../components/Page";
import { ProblemCard } from "../../components/ProblemCard";
import { Statement } from "../../components/Statement";
import { api, type Schemas } from "../../lib/api";
import { cardOf, fileUrl, guaranteesOf } from "../../lib/card";
import { count, decimals, percent } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { models } from "../../texts/models";
import { FilledBy } from "./FilledBy";

const words = models.comparing;

export function Compare({ modelIds }: { modelIds: string[] }) {
  const [, setView] = useUrlWord("view");
  const [photo, setPhoto] = useState<File | null>(null);
  return (
    <Page
      title={words.title}
      actions={
        <Button variant="default" onClick={() => setView(null)}>
          {words.back}
        </Button>
      }
    >
      <Missing modelIds={modelIds} />
      <Stack gap="xs">
        <Title order={2}>{words.samples}</Title>
        <Text c="dimmed">{words.samplesDetail}</Text>
        <Columns modelIds={modelIds}>
          {(version) => (
            <img
              src={fileUrl(version.model_id, version.version, "samples.png")}
              alt={models.samplesOf(version.name)}
              width={664}
              height={704}
              style={{ width: "100%", height: "auto" }}
            />
          )}
        </Columns>
      </Stack>
      <Stack gap="xs">
        <Title order={2}>{words.photo}</Title>
        <Text c="dimmed">{words.photoDetail}</Text>
        <FileButton onChange={setPhoto} accept="image/png,image/jpeg,image/webp">
          {(button) => (
            <Button {...button} variant={photo ? "default" : "filled"} w="fit-content">
              {words.choose}
            </Button>
          )}
        </FileButton>
        {photo && (
          <>
            <Columns modelIds={modelIds}>{(version) => <FilledBy version={version} photo={photo} />}</Columns>
            <Statement />
          </>
        )}
      </Stack>
      <Stack gap="xs">
        <Title order={2}>{words.numbers}</Title>
        <Numbers modelIds={modelIds} />
      </Stack>
    </Page>
  );
}

function useAnswers(modelIds: string[]) {
  return useQueries({
    queries: modelIds.map((id) =>
      api.queryOptions("get", "/v1/models/{model_id}/versions/{version}", {
        params: { path: { model_id: id, version: "latest" } },
      }),
    ),
  });
}

const useVersions = (modelIds: string[]): (Schemas["ModelVersionView"] | undefined)[] =>
  useAnswers(modelIds).map((answer) => answer.data as Schemas["ModelVersionView"] | undefined);

/** Models that cannot be read, as one that is not shared any more. */
function Missing({ modelIds }: { modelIds: string[] }) {
  return useAnswers(modelIds).map(
    ({ error, refetch }, place) =>
      error && <ProblemCard key={modelIds[place]} error={error} onRetry={() => refetch()} />,
  );
}

interface ColumnsProps {
  modelIds: string[];
  children: (version: Schemas["ModelVersionView"]) => React.ReactNode;
}

function Columns({ modelIds, children }: ColumnsProps) {
  const versions = useVersions(modelIds);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: Math.min(4, modelIds.length) }}>
      {versions.map(
        (version) =>
          version && (
            <Stack key={version.model_id} gap="xs">
              <Anchor component={Link} to={`/models/${version.model_id}`} fw={600}>
                {version.name}
              </Anchor>
              {children(version)}
            </Stack>
          ),
      )}
    </SimpleGrid>
  );
}

const ROWS: [label: string, of: (version: Schemas["ModelVersionView"]) => string | undefined][] = [
  [words.architecture, (version) => version.architecture],
  [words.resolution, (version) => models.resolution(version.resolution)],
  [words.learnedFrom, (version) => mapped(cardOf(version).images, count)],
  [words.combinations, (version) => mapped(version.combinations, count)],
  [
    words.fixed,
    (version) =>
      guaranteesOf(version)
        .map((of) => `${of.attribute} ${of.value} ≥ ${percent(of.lower_bound)}`)
        .join(", ") || undefined,
  ],
  [words.quality, (version) => mapped(cardOf(version).quality?.quality, (value) => decimals(value, 3))],
  [words.detector, (version) => mapped(cardOf(version).covering_detector?.iou, percent)],
  [words.memorisation, (version) => cardOf(version).memorisation?.verdict.replaceAll("_", " ")],
];

const mapped = (value: number | null | undefined, show: (value: number) => string): string | undefined =>
  value === null || value === undefined ? undefined : show(value);

function Numbers({ modelIds }: { modelIds: string[] }) {
  const versions = useVersions(modelIds);
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="xs" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Td w={180} />
            {versions.map((version, place) => (
              <Table.Th key={modelIds[place]}>{version?.name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {ROWS.map(([label, of]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row" fw={500}>
                {label}
              </Table.Th>
              {versions.map((version, place) => (
                <Table.Td key={modelIds[place]}>{version && (of(version) ?? words.unknown)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
