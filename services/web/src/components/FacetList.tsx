// Values to filter by, a group an attribute: "Any" is a choice like the others, counts come from the service.
import { Anchor, Checkbox, Fieldset, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../lib/api";
import { asRead, asWritten, conditionsOf, toggled, without } from "../lib/filters";
import { count } from "../lib/format";
import { own } from "../lib/own";
import { facets as texts } from "../texts/facets";
import classes from "./FacetList.module.css";

const MOST_VALUES = 8; // of a group, before "more"

export type FacetGroup = Schemas["Facet"] & {
  /** True of numbers: a range can be given. */
  isNumber?: boolean;
};

interface FacetListProps {
  groups: FacetGroup[];
  where: string[];
  onChange: (where: string[]) => void;
}

export function FacetList({ groups, where, onChange }: FacetListProps) {
  const chosen = conditionsOf(where);
  return (
    <Stack gap="md">
      {groups.map((group) => (
        <Facet
          key={group.attribute}
          group={group}
          chosen={chosen.get(group.attribute) ?? []}
          onToggle={(written) => onChange(toggled(where, group.attribute, written))}
          onRange={(written) =>
            onChange([...without(where, group.attribute), `${group.attribute}:${written}`])
          }
          onAny={() => onChange(without(where, group.attribute))}
        />
      ))}
    </Stack>
  );
}

interface FacetProps {
  group: FacetGroup;
  chosen: string[];
  onToggle: (written: string) => void;
  onRange: (written: string) => void;
  onAny: () => void;
}

interface Line {
  written: string;
  count: number;
}

/** The values under the filter, and those that are chosen although no image has them. */
function linesOf(group: FacetGroup, chosen: string[]): Line[] {
  const lines = group.values.map(({ value, count, low }) => ({
    written: low == null ? asWritten(value) : value, // a range is meant as one
    count,
  }));
  const gone = chosen.filter((written) => !lines.some((line) => line.written === written));
  return [...lines, ...gone.map((written) => ({ written, count: 0 }))];
}

function Facet({ group, chosen, onToggle, onRange, onAny }: FacetProps) {
  const [isWhole, setIsWhole] = useState(false);
  const lines = linesOf(group, chosen);
  const shown =
    isWhole || lines.length <= MOST_VALUES + 1
      ? lines
      : lines.filter(({ written }, at) => at < MOST_VALUES || chosen.includes(written));
  return (
    <Fieldset legend={nameOf(group.attribute)} variant="unstyled" className={classes.group}>
      <Stack gap={2}>
        <Checkbox
          size="xs"
          label={texts.any}
          checked={chosen.length === 0}
          onChange={onAny}
          classNames={{ body: classes.body }}
        />
        {shown.map((line) => (
          <Checkbox
            key={line.written}
            size="xs"
            checked={chosen.includes(line.written)}
            onChange={() => onToggle(line.written)}
            classNames={{ body: classes.body, labelWrapper: classes.wrapper, label: classes.label }}
            label={
              <>
                <span className={classes.value}>{asRead(line.written)}</span>
                <span className={classes.count}>{count(line.count)}</span>
              </>
            }
          />
        ))}
        {lines.length > shown.length && (
          <Anchor component="button" type="button" fz="xs" ta="start" onClick={() => setIsWhole(true)}>
            {texts.more(lines.length - shown.length)}
          </Anchor>
        )}
        {group.isNumber && <NumberRange attribute={group.attribute} onRange={onRange} />}
      </Stack>
    </Fieldset>
  );
}

const nameOf = (attribute: string): string => own(texts.names, attribute) ?? attribute;

function NumberRange({ attribute, onRange }: { attribute: string; onRange: (written: string) => void }) {
  const [low, setLow] = useState<string | number>("");
  const [high, setHigh] = useState<string | number>("");
  const isGiven = low !== "" || high !== "";
  const give = (): void => {
    if (isGiven) onRange(`${low}..${high}`);
  };
  return (
    <Group gap={4} wrap="nowrap" mt={4} onKeyDown={(event) => event.key === "Enter" && give()}>
      <NumberInput
        size="xs"
        aria-label={texts.from(attribute)}
        placeholder={texts.low}
        value={low}
        hideControls
        onChange={setLow}
        onBlur={give}
      />
      <Text fz="xs">{texts.to}</Text>
      <NumberInput
        size="xs"
        aria-label={texts.upTo(attribute)}
        placeholder={texts.high}
        value={high}
        hideControls
        onChange={setHigh}
        onBlur={give}
      />
    </Group>
  );
}
