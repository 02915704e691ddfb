// Images of the datasets of role `test`; a click finds the covering.
import { Anchor, Button, Group, Select, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { Answer } from "../../../components/Answer";
import { EmptyState } from "../../../components/EmptyState";
import { Face } from "../../../components/Face";
import { api, client, type Schemas } from "../../../lib/api";
import { plural } from "../../../lib/format";
import { usePages } from "../../../lib/pages";
import { useUrlWord } from "../../../lib/urlState";
import { reimage as texts } from "../../../texts/reimage";
import classes from "../reimage.module.css";
import { useTaking } from "./DropEverywhere";
import { different, imageName } from "./imageName";

const AT_ONCE = 500; // what covers a face makes many images the same picture: each is shown once

export function TestImages() {
  const datasets = api.useQuery("get", "/v1/datasets", { params: { query: { role: "test", limit: 100 } } });
  return (
    <Answer
      query={datasets}
      isEmpty={({ data }) => data.length === 0}
      empty={
        <EmptyState
          title={texts.noTestImages}
          detail={texts.noTestImagesDetail}
          action={
            <Anchor component={Link} to="/datasets">
              {texts.toDatasets}
            </Anchor>
          }
        />
      }
    >
      {({ data }) => <OfDatasets datasets={data} />}
    </Answer>
  );
}

function OfDatasets({ datasets }: { datasets: Schemas["DatasetView"][] }) {
  const [wanted, setWanted] = useUrlWord("dataset");
  const [filter, setFilter] = useUrlWord("where");
  const dataset = datasets.find(({ id }) => id === wanted) ?? datasets[0];
  if (!dataset) return null;
  const filters = filtersOf(dataset);
  const where = filters.some(({ items }) => items.some(({ value }) => value === filter)) ? filter : ""; // another dataset's says nothing
  return (
    <Stack gap="xs">
      {datasets.length > 1 && (
        <Select
          size="xs"
          aria-label={texts.dataset}
          data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
          value={dataset.id}
          onChange={(id) => setWanted(id, { replace: true })}
          allowDeselect={false}
        />
      )}
      <Select
        size="xs"
        searchable
        clearable
        aria-label={texts.filter}
        placeholder={texts.filter}
        nothingFoundMessage={texts.noSuchValue}
        data={filters}
        value={where || null}
        onChange={(value) => setFilter(value, { replace: true })}
      />
      <Images datasetId={dataset.id} where={where} key={`${dataset.id} ${where}`} />
    </Stack>
  );
}

/** `where` words of every attribute's values, in groups. */
function filtersOf({ attributes }: Schemas["DatasetView"]) {
  return Object.entries(attributes)
    .filter(([, { values }]) => (values?.length ?? 0) > 1)
    .map(([name, { values }]) => ({
      group: name.replaceAll("_", " "),
      items: (values ?? []).map((value) => ({
        value: `${name}:${value}`,
        label: `${name.replaceAll("_", " ")} ${value}`,
      })),
    }));
}

function Images({ datasetId, where }: { datasetId: string; where: string }) {
  const pages = usePages(["get", "/v1/images", "test images", datasetId, where], async (after) => {
    const query = {
      dataset_id: [datasetId],
      role: "test" as const,
      limit: AT_ONCE,
      include: "total" as const,
      ...(where ? { where: [where] } : {}),
      ...(after ? { after } : {}),
    };
    const { data } = await client.GET("/v1/images", { params: { query } });
    return data as Schemas["ImageList"];
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const { take, isTaking } = useTaking();
  const images = different(pages.items ?? []);
  return (
    <Answer
      query={{ ...pages, data: pages.data?.pages[0] as Schemas["ImageList"] | undefined }}
      skeleton={<Sketch />}
    >
      {({ total }) => (
        <Stack gap="xs">
          <div className={classes.thumbnails}>
            {images.map((image) => (
              <UnstyledButton
                key={image.id}
                className={classes.thumbnail}
                aria-label={imageName(image)}
                aria-busy={isTaking && chosen === image.id}
                title={imageName(image)}
                onClick={() => {
                  setChosen(image.id);
                  take({ imageId: image.id });
                }}
              >
                <Face
                  src={image.urls.thumbnail ?? image.urls.content ?? ""}
                  alt=""
                  side={image.width}
                  size={64}
                />
              </UnstyledButton>
            ))}
          </div>
          <Group justify="space-between" gap="xs">
            <Text fz="xs" c="dimmed">
              {plural(total ?? images.length, "image")}
              {(total ?? 0) > images.length && `, ${texts.shownOnce}`}
            </Text>
            {pages.hasNextPage && (
              <Button
                size="compact-xs"
                variant="subtle"
                loading={pages.isFetchingNextPage}
                onClick={() => pages.fetchNextPage()}
              >
                {texts.more}
              </Button>
            )}
          </Group>
        </Stack>
      )}
    </Answer>
  );
}

function Sketch() {
  return (
    <div className={classes.thumbnails}>
      {Array.from({ length: 12 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={place} h={64} w={64} />
      ))}
    </div>
  );
}
