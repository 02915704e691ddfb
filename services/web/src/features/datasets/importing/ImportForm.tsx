// The form of the import dialog: Training or Test first, then where to, where from, why they may be used.
import {
  Button,
  Checkbox,
  Collapse,
  Group,
  Input,
  Progress,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemCard } from "../../../components/ProblemCard";
import { api, type Schemas } from "../../../lib/api";
import { asProblem } from "../../../lib/problem";
import { TooMuchForAZip } from "../../../lib/zip";
import { datasets, importing as texts } from "../../../texts/datasets";
import { AttestationFields } from "./AttestationFields";
import { DropZone } from "./DropZone";
import { type Draft, type DrawnSet, missingOf, needsAttestation, SETS } from "./draft";
import classes from "./ImportForm.module.css";
import { Unfinished } from "./Unfinished";
import type { useImportOrder } from "./useImportOrder";

interface ImportFormProps {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
  order: ReturnType<typeof useImportOrder>;
}

export function ImportForm({ draft, onChange, order }: ImportFormProps) {
  const own = useOwnDatasets(draft.role);
  const dataset = own.find(({ id }) => id === draft.target);
  const isAttested = Boolean(dataset?.attestation);
  const [isPressed, setIsPressed] = useState(false);
  const missing = isPressed ? missingOf(draft, isAttested) : {};
  const refused = order.error ? asProblem(order.error) : null;
  const press = (isDryRun: boolean): void => {
    setIsPressed(true);
    if (Object.keys(missingOf(draft, isAttested)).length === 0) order.start({ draft, dataset, isDryRun });
  };
  return (
    <Stack gap="md">
      <RoleSwitch role={draft.role} onChange={onChange} isFixed={Boolean(draft.target)} />
      <Target draft={draft} own={own} error={missing.name ?? refused?.of("/name")} onChange={onChange} />
      <Input.Wrapper label={texts.source} labelElement="div">
        <SegmentedControl
          fullWidth
          mt={4}
          aria-label={texts.source}
          data={[
            { value: "files", label: texts.sources.files },
            { value: "drawn", label: texts.sources.drawn },
          ]}
          value={draft.source}
          onChange={(value) => onChange({ source: value === "drawn" ? "drawn" : "files" })}
        />
      </Input.Wrapper>
      {draft.source === "files" ? (
        <>
          <Unfinished />
          <DropZone
            files={draft.files}
            leftOut={draft.leftOut}
            error={missing.files}
            onChange={(files, leftOut) => onChange({ files, leftOut })}
          />
        </>
      ) : (
        <Select
          label={texts.drawnSet}
          description={texts.drawnHelp}
          data={SETS[draft.role]}
          value={draft.drawnSet}
          allowDeselect={false}
          onChange={(value) => value && onChange({ drawnSet: value as DrawnSet })}
        />
      )}
      {needsAttestation(draft, isAttested) ? (
        <AttestationFields draft={draft} missing={missing} onChange={onChange} />
      ) : (
        draft.source === "files" && (
          <Text fz="sm" c="dimmed">
            {texts.attested}
          </Text>
        )
      )}
      <Options draft={draft} onChange={onChange} />
      {order.error instanceof TooMuchForAZip ? (
        <Text c="red">{texts.tooMuch}</Text>
      ) : (
        refused && <ProblemCard error={refused} shownAtFields={["/name"]} />
      )}
      {order.step ? (
        <Group wrap="nowrap" align="flex-end">
          <Stack gap={4} flex={1} role="status">
            <Text fz="sm">{order.step.label}</Text>
            <Progress value={order.step.percent} size="lg" aria-label={order.step.label} />
          </Stack>
          <Button size="xs" variant="default" onClick={order.stop}>
            {texts.stop}
          </Button>
        </Group>
      ) : (
        <Group justify="flex-end" className={classes.actions}>
          <Button variant="default" disabled={order.isBusy} onClick={() => press(true)}>
            {texts.check}
          </Button>
          <Button loading={order.isBusy} onClick={() => press(false)}>
            {texts.start}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function useOwnDatasets(role: Schemas["Role"]): Schemas["DatasetView"][] {
  const list = api.useQuery("get", "/v1/datasets", { params: { query: { role, limit: 100 } } });
  return list.data?.data ?? [];
}

interface PartProps {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

interface RoleSwitchProps {
  role: Draft["role"];
  isFixed: boolean;
  onChange: PartProps["onChange"];
}

function RoleSwitch({ role, isFixed, onChange }: RoleSwitchProps) {
  return (
    <Input.Wrapper label={texts.role} labelElement="div" description={texts.roleHelp[role]}>
      <SegmentedControl
        fullWidth
        mt={6}
        aria-label={texts.role}
        data={[
          { value: "train", label: datasets.roles.train },
          { value: "test", label: datasets.roles.test },
        ]}
        value={role}
        disabled={isFixed}
        onChange={(value) => {
          const chosen = value === "test" ? "test" : "train";
          onChange({ role: chosen, target: "", drawnSet: SETS[chosen][0] ?? "faces-light" });
        }}
      />
    </Input.Wrapper>
  );
}

interface TargetProps extends PartProps {
  own: Schemas["DatasetView"][];
  error: string | null | undefined;
}

function Target({ draft, own, error, onChange }: TargetProps) {
  return (
    <Group align="flex-start" grow preventGrowOverflow={false}>
      {own.length > 0 && (
        <Select
          label={texts.into}
          data={[
            { value: "", label: texts.newDataset },
            ...own.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={draft.target}
          searchable
          allowDeselect={false}
          onChange={(value) => onChange({ target: value ?? "" })}
        />
      )}
      {!draft.target && (
        <TextInput
          label={texts.name}
          placeholder={texts.nameHint}
          value={draft.name}
          maxLength={100}
          required
          error={error}
          data-autofocus
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
        />
      )}
    </Group>
  );
}

function Options({ draft, onChange }: PartProps) {
  const [opened, { toggle }] = useDisclosure(false);
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<Chevron size={16} aria-hidden />}
        aria-expanded={opened}
        onClick={toggle}
      >
        {texts.options}
      </Button>
      <Collapse expanded={opened}>
        <Stack gap="sm" mt="xs">
          {draft.source === "files" && (
            <Checkbox
              label={texts.detectFaces}
              description={texts.detectFacesHelp}
              checked={draft.detectFaces}
              onChange={({ currentTarget }) => onChange({ detectFaces: currentTarget.checked })}
            />
          )}
          <Checkbox
            label={texts.dropNear}
            checked={draft.dropNear}
            onChange={({ currentTarget }) => onChange({ dropNear: currentTarget.checked })}
          />
          <Checkbox
            label={texts.suggest}
            description={texts.suggestHelp}
            checked={draft.suggest}
            onChange={({ currentTarget }) => onChange({ suggest: currentTarget.checked })}
          />
          {!draft.target && (
            <TextInput
              type="date"
              label={texts.retain}
              description={texts.retainHelp}
              value={draft.retainUntil}
              maw={260}
              onChange={({ currentTarget }) => onChange({ retainUntil: currentTarget.value })}
            />
          )}
        </Stack>
      </Collapse>
    </div>
  );
}
