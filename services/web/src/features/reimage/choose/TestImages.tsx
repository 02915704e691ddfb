// Images of the datasets of role `test`; a click finds the covering.
import { Anchor, Select, Stack } from "@mantine/core";
import { memo } from "react";
import { Link } from "react-router";
import { Answer } from "../../../components/Answer";
import { EmptyState } from "../../../components/EmptyState";
import { api, type Schemas } from "../../../lib/api";
import { useUrlWord } from "../../../lib/urlState";
import { reimage as texts } from "../../../texts/reimage";
import { useSameFunction } from "../useSameFunction";
import { Images } from "./Images";

export function TestImages() {
  const [wanted, setWanted] = useUrlWord("dataset");
  const [filter, setFilter] = useUrlWord("where");
  const onDataset = useSameFunction((id: string | null) => setWanted(id, { replace: true }));
  const onFilter = useSameFunction((where: string | null) => setFilter(where, { replace: true }));
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
      {({ data }) => (
        <OfDatasets
          datasets={data}
          wanted={wanted}
          filter={filter}
          onDataset={onDataset}
          onFilter={onFilter}
        />
      )}
    </Answer>
  );
}

interface OfDatasetsProps {
  datasets: Schemas["DatasetView"][];
  wanted: string;
  filter: string;
  onDataset: (id: string | null) => void;
  onFilter: (where: string | null) => void;
}

const OfDatasets = memo(function OfDatasets(props: OfDatasetsProps) {
  const { datasets, wanted, filter, onDataset, onFilter } = props;
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
          onChange={onDataset}
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
        onChange={onFilter}
      />
      <Images datasetId={dataset.id} where={where} key={`${dataset.id} ${where}`} />
    </Stack>
  );
});

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
