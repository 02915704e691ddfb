// What the model learns from: datasets in chosen versions, of a single one perhaps a part.
import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { api, type Schemas } from "../../lib/api";
import { plural } from "../../lib/format";
import { newTraining as words } from "../../texts/newTraining";
import { FaceFilter } from "./FaceFilter";
import { FacesPart } from "./FacesPart";
import { errorUnder } from "./fieldErrors";
import { Section } from "./Section";
import type { SectionProps } from "./useOrder";

export function FacesSection({ order, change, problem }: SectionProps) {
  const datasets = api.useQuery("get", "/v1/datasets", {
    params: { query: { role: "train", limit: 100 } },
  });
  return (
    <Section title={words.faces}>
      <TextInput
        label={words.name}
        description={words.nameHow}
        placeholder={words.namePlaceholder}
        required
        value={order.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={problem?.of("/name") ?? undefined}
        maxLength={100}
      />
      <Answer
        query={datasets}
        isEmpty={(found) => found.data.length === 0 && order.data.length === 0}
        empty={
          <EmptyState
            title={words.noDatasets}
            detail={words.noDatasetsDetail}
            action={
              <Button component={Link} to="/datasets">
                {words.toDatasets}
              </Button>
            }
          />
        }
      >
        {(found) => <Chosen {...{ order, change, problem }} datasets={found.data} />}
      </Answer>
    </Section>
  );
}

type Datasets = Schemas["DatasetView"][];

function Chosen({ order, change, problem, datasets }: SectionProps & { datasets: Datasets }) {
  const free = datasets.filter(
    (dataset) => dataset.image_count > 0 && !order.data.some(({ dataset: id }) => id === dataset.id),
  );
  const only = order.data.length === 1 ? order.data[0] : undefined;
  const hasFilter = only !== undefined && order.where.length > 0; // which then shows what is wrong
  const proposed = datasets.find(({ id }) => id === order.data[0]?.dataset)?.name;
  const isNamed = useRef(order.name !== "");
  useEffect(() => {
    if (isNamed.current || !proposed) return;
    isNamed.current = true; // proposed once: who empties the field means it
    change({ name: proposed });
  }, [proposed, change]);
  const add = (id: string | null): void => {
    const dataset = free.find((one) => one.id === id);
    if (!dataset) return;
    const data = [...order.data, { dataset: dataset.id, version: null }];
    change({ data, where: data.length === 1 ? order.where : [] });
  };
  return (
    <Stack gap="sm">
      {order.data.map((part, at) => (
        <FacesPart
          key={part.dataset}
          part={part}
          error={hasFilter ? null : errorUnder(problem, `/data/${at}`)}
          onVersion={(version) =>
            change({ data: order.data.map((other) => (other === part ? { ...part, version } : other)) })
          }
          onRemove={() => change({ data: order.data.filter((other) => other !== part), where: [] })}
        />
      ))}
      {only && (
        <FaceFilter
          part={only}
          where={order.where}
          onChange={(where) => change({ where })}
          error={hasFilter ? errorUnder(problem, "/data/0") : null}
        />
      )}
      <Select
        label={words.addDataset}
        placeholder={words.addDatasetPlaceholder}
        searchable
        value={null}
        onChange={add}
        data={free.map((dataset) => ({
          value: dataset.id,
          label: `${dataset.name} (${plural(dataset.image_count, "image")})`,
        }))}
        nothingFoundMessage={words.noDatasets}
        error={problem?.of("/data") ?? undefined}
        maw={420}
      />
      {datasets.length >= 100 && (
        <Text fz="xs" c="dimmed">
          {words.firstHundred}
        </Text>
      )}
    </Stack>
  );
}
