// The tab Images: facets at left, the sentence and the grid, the opened image at right.
import { Button, Drawer, Group, Select, Slider, Stack, Text } from "@mantine/core";
import { useDebouncedValue, useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconFilter, IconLayoutGrid } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { FaceGrid } from "../../components/FaceGrid";
import { FacetList } from "../../components/FacetList";
import { api, type Schemas } from "../../lib/api";
import { dataset as texts } from "../../texts/dataset";
import { FilterBar } from "./FilterBar";
import { ImagePanel } from "./ImagePanel";
import classes from "./Images.module.css";
import { Origin } from "./Origin";
import type { PanelProps } from "./Screen";
import { Sentence } from "./Sentence";
import { queryOf, SIZES, type View } from "./state";
import { type Facets, useFacets } from "./useFacets";

export function Images({ dataset, view }: PanelProps) {
  const facets = useFacets(view, dataset.attributes);
  const isWide = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <Answer query={facets}>
      {(found) => {
        const list = (
          <>
            <Origin dataset={dataset} view={view} />
            <FacetList groups={found.groups} where={view.where} onChange={view.filter} />
          </>
        );
        return (
          <div className={classes.layout}>
            {isWide ? (
              <section className={classes.facets} aria-label={texts.filters}>
                {list}
              </section>
            ) : (
              <Drawer opened={isOpen} onClose={close} title={texts.filters} size="xs">
                {list}
              </Drawer>
            )}
            <Stack gap="sm" miw={0}>
              <Sentence facets={found} where={view.where} />
              <FilterBar dataset={dataset} view={view} total={found.total} />
              <Group justify="space-between" gap="xs" align="center">
                {isWide ? null : (
                  <Button
                    size="xs"
                    variant="default"
                    leftSection={<IconFilter size={15} aria-hidden />}
                    onClick={open}
                  >
                    {texts.showFilters(view.where.length)}
                  </Button>
                )}
                <Order view={view} />
                <Size view={view} />
              </Group>
              {found.total === 0 ? (
                <EmptyState title={texts.nothing} detail={texts.nothingDetail} />
              ) : (
                <Grid dataset={dataset} view={view} facets={found} />
              )}
            </Stack>
            {view.image && <ImagePanel dataset={dataset} view={view} isInline={isWide ?? true} />}
          </div>
        );
      }}
    </Answer>
  );
}

function Order({ view }: { view: View }) {
  const sorts = Object.entries(texts.sorts).map(([value, label]) => ({ value, label }));
  const isLike = view.sort.startsWith("like:");
  return (
    <Select
      size="xs"
      aria-label={texts.sort}
      w={190}
      data={isLike ? [...sorts, { value: view.sort, label: texts.like }] : sorts}
      value={view.sort}
      allowDeselect={false}
      onChange={(sort) => view.change({ sort: sort || null, at: null })}
    />
  );
}

function Size({ view }: { view: View }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <IconLayoutGrid size={16} aria-hidden />
      <Slider
        w={130}
        aria-label={texts.size}
        thumbLabel={texts.size}
        label={(step) => `${SIZES[step]} px`}
        min={0}
        max={SIZES.length - 1}
        step={1}
        value={SIZES.indexOf(view.size)}
        onChange={(step) => view.change({ size: String(SIZES[step]) }, true)}
      />
    </Group>
  );
}

interface GridProps extends PanelProps {
  facets: Facets;
}

function Grid({ dataset, view, facets }: GridProps) {
  const { change } = view;
  const queries = useQueryClient();
  const version = api.useQuery("get", "/v1/datasets/{dataset_id}/versions/{version}", {
    params: { path: { dataset_id: dataset.id, version: view.version } },
  });
  const [active, setActive] = useState<number | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  const query = queryOf(view);
  const onOpen = useCallback(
    async (index: number) => {
      setOpened(index);
      const page = await queries.fetchQuery(imageAt(query, index));
      const id = page.data[0]?.id;
      if (id) change({ image: id });
    },
    [queries, query, change],
  );
  if (!version.data) return null;
  // The version's number is part of the address of a sheet: what is kept of an earlier one is not shown for it.
  const asked = new URLSearchParams({ dataset_id: dataset.id, version: String(version.data.version) });
  for (const condition of view.where) asked.append("where", condition);
  if (view.sort) asked.set("sort", view.sort);
  return (
    <>
      <FaceGrid
        key={asked.toString()}
        label={texts.grid(facets.total, dataset.name)}
        total={facets.total}
        query={asked.toString()}
        side={version.data.sides.at(-1) ?? 64}
        size={view.size}
        at={view.at}
        onAt={(at) => change({ at: at ? String(at) : null }, true)}
        onOpen={onOpen}
        onClose={() => change({ image: null })}
        onActive={setActive}
        opened={view.image ? opened : null}
        nameOf={texts.cell}
        height="max(320px, calc(100dvh - 330px))"
      />
      <ActiveImage index={active} view={view} total={facets.total} />
    </>
  );
}

const imageAt = (query: ReturnType<typeof queryOf>, index: number) =>
  api.queryOptions("get", "/v1/images", { params: { query: { ...query, limit: 1, offset: index } } });

/** What is known of the image that the keyboard is on, said once the keys rest. */
function ActiveImage({ index, view, total }: { index: number | null; view: View; total: number }) {
  const [settled] = useDebouncedValue(index, 200);
  const query = { ...queryOf(view), limit: 1, offset: settled ?? 0 };
  const found = api.useQuery("get", "/v1/images", { params: { query } }, { enabled: settled !== null });
  const image: Schemas["ImageView"] | undefined = found.data?.data[0];
  return (
    <Text fz="sm" c="dimmed" mih={22} role="status">
      {settled !== null && image
        ? `${texts.where(settled, total)} · ${Object.entries(image.attributes)
            .map(([name, value]) => `${name} ${value}`)
            .join(", ")}`
        : ""}
    </Text>
  );
}
