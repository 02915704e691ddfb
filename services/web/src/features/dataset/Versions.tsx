// The tab Versions: what each import changed.
import { Badge, Button, Code, Group, Stack, Text, Timeline, Title } from "@mantine/core";
import { IconCopy, IconDatabaseImport, IconPencil, IconSparkles, IconStack2 } from "@tabler/icons-react";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { numberOf } from "../../components/importSentence";
import { Moment } from "../../components/Moment";
import { api, type Schemas } from "../../lib/api";
import { texts as shared } from "../../texts";
import { versions as texts } from "../../texts/dataset";
import type { PanelProps } from "./Screen";
import { trainingAddress, type View } from "./state";

type Version = Schemas["DatasetVersionView"];

const PAGE = 50;
const ICONS = {
  upload: IconDatabaseImport,
  generator: IconSparkles,
  merge: IconStack2,
  coverings: IconCopy,
  edit: IconPencil,
} as Record<string, typeof IconPencil>;

export function Versions({ dataset, view }: PanelProps) {
  const list = api.useInfiniteQuery(
    "get",
    "/v1/datasets/{dataset_id}/versions",
    { params: { path: { dataset_id: dataset.id }, query: { limit: PAGE } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: (page) => (page.has_more ? page.last_id : undefined),
    },
  );
  const found = list.data?.pages.flatMap((page) => page.data);
  return (
    <Answer query={{ data: found, error: list.error as unknown, refetch: list.refetch }}>
      {(data) => (
        <Stack>
          <Timeline bulletSize={30} lineWidth={2} active={data.length}>
            {data.map((version, at) => (
              <Entry
                key={version.id}
                version={version}
                before={data[at + 1]}
                isNewest={version.version === dataset.latest_version}
                view={view}
              />
            ))}
          </Timeline>
          {list.hasNextPage && (
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
              {shared.common.more}
            </Button>
          )}
        </Stack>
      )}
    </Answer>
  );
}

interface EntryProps {
  version: Version;
  before: Version | undefined;
  isNewest: boolean;
  view: View;
}

function Entry({ version, before, isNewest, view }: EntryProps) {
  const made = api.useQuery(
    "get",
    "/v1/imports/{import_id}",
    { params: { path: { import_id: version.import_id ?? "" } } },
    { enabled: version.import_id !== null, staleTime: Number.POSITIVE_INFINITY },
  );
  const number = isNewest ? "latest" : String(version.version);
  const Icon = ICONS[String(made.data?.source.type)] ?? IconStack2;
  return (
    <Timeline.Item
      bullet={<Icon size={16} aria-hidden />}
      title={
        <Group gap="xs">
          <Title order={2} fz="md">
            {texts.version(version.version)}
          </Title>
          {isNewest && (
            <Badge tt="none" variant="light">
              {texts.newest}
            </Badge>
          )}
          <Text fz="sm" fw={400}>
            <Moment at={version.created_at} />
          </Text>
        </Group>
      }
    >
      <Stack gap={6} align="flex-start">
        <Text fz="sm">{made.data ? sourceInWords(made.data) : texts.unknown}.</Text>
        <Text fz="sm">
          {texts.images(version.image_count)}
          {before && `, ${changeInWords(version.image_count - before.image_count)}`}
        </Text>
        <Text fz="xs" c="dimmed">
          {texts.digest} <Code>{version.digest.slice(0, 19)}…</Code>
        </Text>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              view.change({ tab: null, version: number === "latest" ? null : number, where: null, at: null })
            }
          >
            {texts.browse}
          </Button>
          {version.role === "train" && (
            <Button
              size="compact-sm"
              variant="default"
              component={Link}
              to={trainingAddress({
                datasetId: version.dataset_id,
                version: String(version.version),
                where: [],
              })}
            >
              {texts.train}
            </Button>
          )}
        </Group>
      </Stack>
    </Timeline.Item>
  );
}

const changeInWords = (change: number): string =>
  change === 0 ? texts.same : change > 0 ? texts.more(change) : texts.fewer(-change);

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** "Edited: set nose 1 of images with mouth:2" of an import's source. */
export function sourceInWords(made: Pick<Schemas["ImportView"], "source" | "result">): string {
  const { source, result } = made;
  const kind = texts.sources[String(source.type)] ?? String(source.type);
  if (source.type === "generator") return `${kind}: ${source.set}`;
  if (source.type === "upload") {
    const names = Array.isArray(source.files) ? source.files.map(({ name }: { name: string }) => name) : [];
    return names.length ? `${kind}: ${names.slice(0, 3).join(", ")}` : kind;
  }
  if (source.type !== "edit") return kind;
  const where = listOf(source.where);
  const which = where.length ? ` ${texts.where(where.join(", "))}` : "";
  const edited = numberOf(result, "edited") + numberOf(result, "deleted");
  return `${kind} ${texts.images(edited)}: ${changeOf(source)}${which}`;
}

function changeOf(source: Record<string, unknown>): string {
  if (source.delete) return texts.taken;
  if (source.confirm) return texts.confirmed(listOf(source.confirm).join(", "));
  if (source.dismiss) return texts.dismissed(listOf(source.dismiss).join(", "));
  return texts.set(
    Object.entries(source.set ?? {})
      .map(([name, value]) => `${name} ${value ?? "to nothing"}`)
      .join(", "),
  );
}
