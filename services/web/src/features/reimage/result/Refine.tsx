// What changes the same faces at once (K, tone), and what needs a new drawing: wanted attributes, another covering.
import { Button, Divider, Group, Loader, Select, Slider, Stack, Switch, Text, Title } from "@mantine/core";
import { IconBrush, IconPlayerPlayFilled } from "@tabler/icons-react";
import { memo, type ReactNode, useId, useState } from "react";
import { ProblemCard } from "../../../components/ProblemCard";
import { api } from "../../../lib/api";
import { own } from "../../../lib/own";
import { asProblem } from "../../../lib/problem";
import { reimage as texts } from "../../../texts/reimage";
import { askedOf, type Reimaging } from "../reimaging";
import type { OrderAgain } from "../useOrder";
import { tellsOf } from "./tells";
import type { Tuned } from "./useTuned";

interface RefineProps {
  view: Reimaging;
  tuned: Tuned;
  ordering: OrderAgain;
  onEdit: () => void;
}

const MOST_COLOURS = 64;
const SHOWN_AS = 16; // where the thumb rests while the model decides

export function Refine({ view, tuned, ordering, onEdit }: RefineProps) {
  return (
    <Stack gap="md">
      <Title order={2}>{texts.refine}</Title>
      <Part title={texts.atOnce} detail={texts.atOnceDetail} isBusy={tuned.isBusy}>
        <Smoothing tuned={tuned} />
        <Switch
          label={texts.toneMatch}
          description={texts.toneMatchDetail}
          checked={tuned.toneMatch === "auto"}
          onChange={(event) => tuned.setToneMatch(event.currentTarget.checked ? "auto" : "off")}
        />
        {Boolean(tuned.error) && <ProblemCard error={tuned.error} />}
      </Part>
      <Divider />
      <Part title={texts.newDrawing} detail={texts.newDrawingDetail}>
        <Wanted view={view} ordering={ordering} />
        <Button variant="default" leftSection={<IconBrush size={16} aria-hidden />} onClick={onEdit}>
          {texts.editCovering}
        </Button>
      </Part>
    </Stack>
  );
}

interface PartProps {
  title: string;
  detail: string;
  isBusy?: boolean;
  children: ReactNode;
}

/** Settings that take effect in the same way, and how. */
function Part({ title, detail, isBusy = false, children }: PartProps) {
  const id = useId();
  return (
    <Stack gap="sm" role="group" aria-labelledby={id}>
      <Stack gap={2}>
        <Group justify="space-between" gap="xs">
          <Title order={3} fz="sm" id={id}>
            {title}
          </Title>
          {isBusy && <Loader size={14} aria-label={texts.smoothing} />}
        </Group>
        <Text fz="xs" c="dimmed">
          {detail}
        </Text>
      </Stack>
      {children}
    </Stack>
  );
}

function Smoothing({ tuned }: { tuned: Tuned }) {
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text fz="sm" fw={500}>
          {texts.colours}
        </Text>
        <Text fz="sm" c="dimmed">
          {tuned.k === null ? texts.byModel : tuned.k === 0 ? texts.off : tuned.k}
        </Text>
      </Group>
      <Slider
        min={0}
        max={MOST_COLOURS}
        value={tuned.k ?? SHOWN_AS}
        onChange={tuned.setK}
        label={(value) => (value === 0 ? texts.off : value)}
        thumbLabel={texts.coloursLong}
        marks={[
          { value: 0, label: texts.off },
          { value: 16, label: "16" },
          { value: 64, label: "64" },
        ]}
        mb="lg"
      />
      {tuned.k !== null && (
        <Button size="compact-xs" variant="subtle" onClick={() => tuned.setK(null)}>
          {texts.letModel}
        </Button>
      )}
    </div>
  );
}

/** Values that every candidate must have; the model says which it can tell. */
const Wanted = memo(function Wanted({ view, ordering }: Pick<RefineProps, "view" | "ordering">) {
  const asked = askedOf(view).attributes;
  const [wanted, setWanted] = useState(asked);
  const selection = view.result?.selection;
  const version = api.useQuery(
    "get",
    "/v1/models/{model_id}/versions/{version}",
    { params: { path: { model_id: selection?.model_id ?? "", version: String(selection?.version ?? 1) } } },
    { enabled: Boolean(selection), staleTime: Number.POSITIVE_INFINITY },
  );
  const tells = tellsOf(version.data?.card ?? {});
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(asked);
  const refusal = ordering.error ? asProblem(ordering.error) : null;
  if (tells.length === 0) return null;
  return (
    <Stack gap="xs">
      <Text fz="sm" fw={500}>
        {texts.wanted}
      </Text>
      {tells.map(({ attribute, values }) => (
        <Select
          key={attribute}
          size="xs"
          label={attribute.replaceAll("_", " ")}
          data={[{ value: "", label: texts.any }, ...values.map((value) => ({ value, label: value }))]}
          value={own(wanted, attribute) ?? ""}
          allowDeselect={false}
          error={refusal?.of(`/attributes/${attribute}`)}
          onChange={(value) => {
            const { [attribute]: _, ...rest } = wanted;
            setWanted(value ? { ...rest, [attribute]: value } : rest);
          }}
        />
      ))}
      <Button
        disabled={!isChanged}
        leftSection={<IconPlayerPlayFilled size={14} aria-hidden />}
        loading={ordering.isPending}
        onClick={() => ordering.again({ attributes: wanted })}
      >
        {texts.drawWanted}
      </Button>
      {!isChanged && (
        <Text fz="xs" c="dimmed">
          {texts.drawWantedHow}
        </Text>
      )}
    </Stack>
  );
});
