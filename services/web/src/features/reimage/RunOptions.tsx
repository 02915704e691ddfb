// What may be asked of a run besides its picture: who fills the face, how many versions, for what purpose.
import { NumberInput, Select, Stack } from "@mantine/core";
import { api } from "../../lib/api";
import type { ApiProblem } from "../../lib/problem";
import { reimage as texts } from "../../texts/reimage";
import { PurposeFields } from "./PurposeFields";
import type { Options } from "./reimaging";

interface RunOptionsProps {
  options: Options;
  onChange: (options: Options) => void;
  refusal: ApiProblem | null;
  /** Where the purpose is asked for in sight of all. */
  isPurposeApart: boolean;
}

const MOST_CANDIDATES = 64;

export function RunOptions({ options, onChange, refusal, isPurposeApart }: RunOptionsProps) {
  return (
    <Stack gap="sm">
      <ModelSelect
        value={options.model?.model_id ?? options.selector ?? "attributes"}
        onChange={(choice) => {
          const { model: _, selector: __, ...rest } = options;
          onChange({ ...rest, ...choice });
        }}
        error={refusal?.of("/model/model_id") ?? refusal?.of("/selector")}
      />
      <NumberInput
        label={texts.candidateCount}
        min={1}
        max={MOST_CANDIDATES}
        value={options.candidates ?? 8}
        onChange={(value) => onChange({ ...options, candidates: Number(value) || 8 })}
        error={refusal?.of("/candidates")}
      />
      {!isPurposeApart && (
        <PurposeFields options={options} onChange={onChange} refusal={refusal} required={false} />
      )}
    </Stack>
  );
}

interface ModelSelectProps {
  value: string;
  onChange: (choice: Pick<Options, "model" | "selector">) => void;
  error?: string | null;
  label?: string;
}

/** Selection by either way, or a model by name: the override. */
export function ModelSelect({ value, onChange, error, label = texts.filledBy }: ModelSelectProps) {
  const models = api.useQuery("get", "/v1/models", { params: { query: { limit: 100 } } });
  const selectors = api.useQuery("get", "/v1/selectors", { params: { query: { limit: 1 } } });
  const hasNetwork = value === "cnn" || (selectors.data?.data.length ?? 0) > 0;
  const data = [
    {
      group: texts.chosenForYou,
      items: [
        { value: "attributes", label: texts.byAttributes },
        ...(hasNetwork ? [{ value: "cnn", label: texts.byNetwork }] : []),
      ],
    },
    {
      group: texts.yourModels,
      items: (models.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
    },
  ];
  return (
    <Select
      label={label}
      data={data}
      value={value}
      searchable
      allowDeselect={false}
      error={error}
      onChange={(wanted) => {
        if (wanted === "attributes" || wanted === "cnn") onChange({ model: null, selector: wanted });
        else if (wanted) onChange({ model: { model_id: wanted, version: "latest" } });
      }}
    />
  );
}
