// Under which filter a report is, where there is one; and what it had to leave out.
import { Text } from "@mantine/core";
import type { Schemas } from "../../lib/api";
import { reports as texts } from "../../texts/dataset";

export function Scope({ where }: { where: string[] }) {
  return where.length ? (
    <Text fz="sm" c="dimmed">
      {texts.scope(where)}
    </Text>
  ) : null;
}

export function LeftOut({ attributes }: { attributes: Schemas["LeftOutAttribute"][] }) {
  return attributes.map(({ attribute, reason }) => (
    <Text key={attribute} fz="sm" c="dimmed">
      {texts.leftOut(attribute, reason)}
    </Text>
  ));
}
