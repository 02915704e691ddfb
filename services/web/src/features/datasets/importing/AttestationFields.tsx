// One's word for why the faces may be used, before any of them is taken in.
import { Checkbox, Fieldset, Radio, SimpleGrid, Stack, TextInput } from "@mantine/core";
import type { Attestation } from "../../../lib/orders";
import { importing as texts } from "../../../texts/datasets";
import type { Draft, Missing } from "./draft";

const BASES = Object.keys(texts.bases) as Attestation["basis"][];

interface AttestationFieldsProps {
  draft: Draft;
  missing: Missing;
  onChange: (change: Partial<Draft>) => void;
}

export function AttestationFields({ draft, missing, onChange }: AttestationFieldsProps) {
  return (
    <Fieldset legend={texts.attestation}>
      <Stack gap="sm">
        <Radio.Group
          aria-label={texts.basis}
          value={draft.basis}
          error={missing.basis}
          onChange={(value) => onChange({ basis: value as Attestation["basis"] })}
        >
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mb={missing.basis ? 6 : 0}>
            {BASES.map((basis) => (
              <Radio key={basis} value={basis} label={texts.bases[basis]} />
            ))}
          </SimpleGrid>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, xs: draft.basis === "public_licence" ? 2 : 1 }} spacing="sm">
          {draft.basis === "public_licence" && (
            <TextInput
              label={texts.licence}
              placeholder={texts.licenceHint}
              required
              value={draft.licence}
              maxLength={200}
              error={missing.licence}
              onChange={({ currentTarget }) => onChange({ licence: currentTarget.value })}
            />
          )}
          <TextInput
            label={texts.purpose}
            placeholder={texts.purposeHint}
            required
            value={draft.purpose}
            maxLength={200}
            error={missing.purpose}
            onChange={({ currentTarget }) => onChange({ purpose: currentTarget.value })}
          />
        </SimpleGrid>
        <Checkbox
          label={texts.minors}
          required
          checked={draft.minorsExcluded}
          error={missing.minorsExcluded}
          onChange={({ currentTarget }) => onChange({ minorsExcluded: currentTarget.checked })}
        />
      </Stack>
    </Fieldset>
  );
}
