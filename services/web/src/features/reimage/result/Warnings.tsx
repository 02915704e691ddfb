// What the service wants known of this result, in its own words.
import { Alert, List } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { memo } from "react";
import { reimage as texts } from "../../../texts/reimage";
import type { Reimaging } from "../reimaging";

export const Warnings = memo(function Warnings({ view }: { view: Reimaging }) {
  if (view.warnings.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" icon={<IconInfoCircle aria-hidden />} title={texts.toKnow}>
      <List size="sm" spacing={4}>
        {view.warnings.map(({ code, detail }) => (
          <List.Item key={code}>{detail}</List.Item>
        ))}
      </List>
    </Alert>
  );
});
