// The groups before those of the attributes: which dataset is looked at, and which part of it a model learned from.
// A part is a version and a filter: to choose a model is to choose these, and "Any" is neither.
import { Fieldset, Radio, Select, Stack, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import classes from "../../components/FacetList.module.css";
import { useModelsOf } from "../../components/ModelsOfDataset";
import { api, type Schemas } from "../../lib/api";
import { lineageOf } from "../../lib/card";
import { count } from "../../lib/format";
import { dataset as texts } from "../../texts/dataset";
import type { PanelProps } from "./Screen";
import { type ModelPart, partOf, queryOf, showsPart } from "./state";

const MOST_MODELS = 8;
const MOST_DATASETS = 100;

export function Origin({ dataset, view }: PanelProps) {
  return (
    <Stack gap="md" mb="md">
      <DatasetGroup dataset={dataset} />
      {dataset.role === "train" && <ModelGroup dataset={dataset} view={view} />}
    </Stack>
  );
}

function DatasetGroup({ dataset }: Pick<PanelProps, "dataset">) {
  const navigate = useNavigate();
  const found = api.useQuery("get", "/v1/datasets", { params: { query: { limit: MOST_DATASETS } } });
  const filled = (found.data?.data ?? []).filter(
    ({ id, image_count: images }) => images > 0 && id !== dataset.id,
  );
  return (
    <Select
      size="xs"
      label={texts.origin.dataset}
      data={[dataset, ...filled].map(({ id, name }) => ({ value: id, label: name }))}
      value={dataset.id}
      allowDeselect={false}
      searchable
      onChange={(id) => id && navigate(`/datasets/${id}`)}
    />
  );
}

interface Learned {
  model: Schemas["ModelView"];
  part: ModelPart;
}

/** Of each model that learned from the dataset itself, by its newest version, the part that it took. */
function useLearned(datasetId: string): { learned: Learned[]; further: number } {
  const found = useModelsOf(datasetId, MOST_MODELS);
  const models = found.data?.data ?? [];
  const versions = useQueries({
    queries: models.map(({ id }) =>
      api.queryOptions("get", "/v1/models/{model_id}/versions/{version}", {
        params: { path: { model_id: id, version: "latest" } },
      }),
    ),
  });
  const learned = models.flatMap((model, at) => {
    const version = versions[at]?.data;
    const part = version && partOf(lineageOf(version).data ?? [], datasetId);
    return part ? [{ model, part }] : [];
  });
  return { learned, further: (found.data?.total ?? models.length) - models.length };
}

function ModelGroup({ dataset, view }: PanelProps) {
  const { learned, further } = useLearned(dataset.id);
  const counts = useQueries({
    queries: learned.map(({ part }) =>
      api.queryOptions("get", "/v1/facets", {
        params: { query: queryOf({ ...part, datasetId: dataset.id, sort: "" }) },
      }),
    ),
  });
  if (learned.length === 0) return null;
  const chosen = learned.find(
    ({ model, part }) => model.id === view.model && showsPart(view, part, dataset.latest_version),
  );
  const choose = (id: string): void => {
    const part = learned.find(({ model }) => model.id === id)?.part;
    const version = !part || part.version === String(dataset.latest_version) ? null : part.version;
    view.change({ version, where: part?.where ?? [], model: id || null, at: null, image: null });
  };
  return (
    <Fieldset legend={texts.origin.model} variant="unstyled" className={classes.group}>
      <Radio.Group aria-label={texts.origin.modelHelp} value={chosen?.model.id ?? ""} onChange={choose}>
        <Stack gap={2}>
          <Radio size="xs" value="" label={texts.origin.any} classNames={{ body: classes.body }} />
          {learned.map(({ model }, at) => (
            <Radio
              key={model.id}
              size="xs"
              value={model.id}
              classNames={{ body: classes.body, labelWrapper: classes.wrapper, label: classes.label }}
              label={
                <>
                  <span className={classes.value}>{model.name}</span>
                  <span className={classes.count}>{counts[at]?.data && count(counts[at].data.total)}</span>
                </>
              }
            />
          ))}
        </Stack>
      </Radio.Group>
      {further > 0 && (
        <Text fz="xs" c="dimmed">
          {texts.origin.more(further)}
        </Text>
      )}
    </Fieldset>
  );
}
