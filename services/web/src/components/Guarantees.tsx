// What a model is sure to draw, with the measured lower bound: "hair_colour blond ≥ 98.4 %".
import { Badge, Group, Tooltip } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import type { Guarantee } from "../lib/card";
import { count, percent } from "../lib/format";

export function Guarantees({ guarantees, most }: { guarantees: Guarantee[]; most?: number }) {
  const shown = guarantees.slice(0, most);
  if (!shown.length) return null;
  return (
    <Group gap={6}>
      {shown.map((of) => (
        <Tooltip
          key={of.attribute}
          label={`${percent(of.share)} of ${count(of.samples)} samples; ${percent(of.confidence)} confidence`}
          events={{ hover: true, focus: true, touch: true }}
        >
          <Badge
            tabIndex={0}
            variant="light"
            tt="none"
            fw={550}
            leftSection={<IconShieldCheck size={13} aria-hidden />}
          >
            {of.attribute} {of.value} ≥ {percent(of.lower_bound)}
          </Badge>
        </Tooltip>
      ))}
      {most !== undefined && guarantees.length > most && (
        <Badge variant="default" tt="none" fw={500}>
          +{guarantees.length - most}
        </Badge>
      )}
    </Group>
  );
}
