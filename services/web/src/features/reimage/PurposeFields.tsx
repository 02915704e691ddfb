// What a result is for: asked in sight where the account's policy demands it, else among the options.
import { TextInput } from "@mantine/core";
import { api } from "../../lib/api";
import type { ApiProblem } from "../../lib/problem";
import { reimage as texts } from "../../texts/reimage";
import type { Options } from "./reimaging";

interface PurposeFieldsProps {
  options: Options;
  onChange: (options: Options) => void;
  refusal: ApiProblem | null;
  required: boolean;
}

/** Whether the policy demands a purpose; false until that is known: then the refusal of an order says it. */
export const useDemandsPurpose = (): boolean =>
  api.useQuery("get", "/v1/policy").data?.purpose_required ?? false;

export function PurposeFields({ options, onChange, refusal, required }: PurposeFieldsProps) {
  return (
    <>
      <TextInput
        label={texts.purpose}
        description={required ? texts.purposeDemanded : undefined}
        required={required}
        value={options.purpose ?? ""}
        onChange={(event) => onChange({ ...options, purpose: event.currentTarget.value || null })}
        error={refusal?.of("/purpose")}
      />
      <TextInput
        label={texts.caseReference}
        value={options.case_reference ?? ""}
        onChange={(event) => onChange({ ...options, case_reference: event.currentTarget.value || null })}
        error={refusal?.of("/case_reference")}
      />
    </>
  );
}
