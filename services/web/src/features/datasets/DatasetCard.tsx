// A dataset at a glance: four of its faces, what it is, and what may be done with it.
import {
  ActionIcon,
  Anchor,
  Badge,
  Box,
  Checkbox,
  Group,
  Menu,
  Paper,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconDots, IconLock, IconUsers, IconWorld } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import { ModelsOfDataset } from "../../components/ModelsOfDataset";
import { Moment } from "../../components/Moment";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { datasets as texts } from "../../texts/datasets";
import classes from "./DatasetCard.module.css";

type Dataset = Schemas["DatasetView"];

const MOSAIC = 4;
const TILE = 64;
const VISIBILITY_ICONS = { private: IconLock, shared: IconUsers, public: IconWorld };

interface DatasetCardProps {
  dataset: Dataset;
  isPicked: boolean;
  onPick: (isPicked: boolean) => void;
}

export function DatasetCard({ dataset, isPicked, onPick }: DatasetCardProps) {
  const mayChange = useMay("datasets:write");
  const mayMerge = mayChange && dataset.image_count > 0 && (dataset.access === "owner" || dataset.download);
  const Visibility = VISIBILITY_ICONS[dataset.visibility];
  return (
    <Paper component="article" withBorder className={classes.card} data-picked={isPicked || undefined}>
      <Mosaic dataset={dataset} />
      <Stack gap={6} p="md">
        <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
          <Title order={2} fz="md" style={{ overflowWrap: "anywhere" }}>
            <Anchor
              component={Link}
              to={`/datasets/${dataset.id}`}
              inherit
              c="inherit"
              className={classes.name}
            >
              {dataset.name}
            </Anchor>
          </Title>
          <Group gap={4} wrap="nowrap" className={classes.above}>
            {mayMerge && (
              <Checkbox
                aria-label={texts.choose(dataset.name)}
                checked={isPicked}
                onChange={({ currentTarget }) => onPick(currentTarget.checked)}
                size="sm"
                p={2}
              />
            )}
            {mayChange && <Actions dataset={dataset} />}
          </Group>
        </Group>
        <Group gap={6}>
          <Badge variant="light" tt="none" color={dataset.role === "train" ? "petrol" : "violet"}>
            {texts.roles[dataset.role]}
          </Badge>
          <Badge variant="default" tt="none" leftSection={<Visibility size={12} aria-hidden />}>
            {texts.visibilities[dataset.visibility]}
          </Badge>
          {dataset.owner && <Text fz="xs">{texts.by(dataset.owner)}</Text>}
        </Group>
        <Facts dataset={dataset} />
      </Stack>
    </Paper>
  );
}

function Facts({ dataset }: { dataset: Dataset }) {
  const names = Object.keys(dataset.attributes);
  return (
    <>
      <Text fz="sm">
        {dataset.matching == null
          ? texts.images(dataset.image_count)
          : texts.matching(dataset.matching, dataset.image_count)}
        {dataset.latest_version > 0 && <Sides datasetId={dataset.id} />}
        {dataset.latest_version > 0 && ` · ${texts.version(dataset.latest_version)}`}
      </Text>
      <Text fz="sm" c="dimmed" truncate title={names.join(", ")}>
        {names.join(", ") || texts.noAttributes}
      </Text>
      {dataset.latest_version > 0 && dataset.role === "train" && (
        <ModelsOfDataset datasetId={dataset.id} {...(classes.above && { className: classes.above })} />
      )}
      <Text fz="xs" c="dimmed" className={classes.above} w="fit-content">
        {texts.changed} <Moment at={dataset.updated_at} />
      </Text>
    </>
  );
}

function Sides({ datasetId }: { datasetId: string }) {
  const version = useNewest(datasetId, true);
  return version.data ? ` · ${texts.side(version.data.sides)}` : null;
}

const useNewest = (datasetId: string, isThere: boolean) =>
  api.useQuery(
    "get",
    "/v1/datasets/{dataset_id}/versions/{version}",
    { params: { path: { dataset_id: datasetId, version: "latest" } } },
    { enabled: isThere },
  );

/** Four faces from all over the dataset: its first four often differ in one attribute only. */
function Mosaic({ dataset }: { dataset: Dataset }) {
  const total = dataset.image_count;
  const version = useNewest(dataset.id, dataset.latest_version > 0);
  const side = Math.min(TILE, version.data?.sides.at(-1) ?? TILE);
  const shown = Array.from({ length: Math.min(MOSAIC, total) }, (_, at) =>
    Math.floor(((2 * at + 1) * total) / (2 * Math.min(MOSAIC, total))),
  );
  if (total === 0)
    return (
      <Box className={classes.mosaic}>
        <Text fz="sm" c="dimmed" m="auto">
          {texts.noImages}
        </Text>
      </Box>
    );
  return (
    <Box className={classes.mosaic} aria-hidden>
      {shown.map((offset) => (
        <img
          key={offset}
          src={`/v1/image-sheets?dataset_id=${dataset.id}&limit=1&offset=${offset}&tile=${TILE}&version=${dataset.latest_version}`}
          alt=""
          width={TILE}
          height={TILE}
          loading="lazy"
          decoding="async"
          style={side < TILE ? { imageRendering: "pixelated" } : {}}
        />
      ))}
    </Box>
  );
}

function Actions({ dataset }: { dataset: Dataset }) {
  const [, setSearch] = useSearchParams();
  const isOwn = dataset.access === "owner";
  const open = (dialog: string): void =>
    setSearch((current) => {
      const next = new URLSearchParams(current);
      if (dialog === "import") next.set("import", "1");
      next.set(dialog === "import" ? "into" : dialog, dataset.id);
      return next;
    });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={26} aria-label={texts.more(dataset.name)}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isOwn && <Menu.Item onClick={() => open("import")}>{texts.actions.addImages}</Menu.Item>}
        {dataset.image_count > 0 && (
          <>
            {isOwn && <Menu.Item onClick={() => open("cover")}>{texts.actions.cover}</Menu.Item>}
            {isOwn && <Menu.Item onClick={() => open("export")}>{texts.actions.export}</Menu.Item>}
          </>
        )}
        {isOwn && <Menu.Item onClick={() => open("share")}>{texts.actions.share}</Menu.Item>}
        {isOwn && <Menu.Divider />}
        {isOwn && (
          <Menu.Item color="red" onClick={() => open("delete")}>
            {texts.actions.delete}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
