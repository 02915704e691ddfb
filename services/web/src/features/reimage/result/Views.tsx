// Ways to look at the candidate: before and after, where candidates differ, the seam, and why this model.
import { Box, Tabs } from "@mantine/core";
import { memo } from "react";
import { reimage as texts } from "../../../texts/reimage";
import type { Candidate, Reimaging } from "../reimaging";
import { BeforeAfter } from "./BeforeAfter";
import { Seam } from "./Seam";
import { Uncertainty } from "./Uncertainty";
import { Why } from "./Why";

interface ViewsProps {
  view: Reimaging;
  /** The same by another K, or itself. */
  shown: Reimaging;
  candidate: Candidate;
  mode: string;
  onMode: (mode: string | null, change?: { replace: boolean }) => void;
}

const MODES = ["compare", "uncertainty", "seam", "why"] as const;

export const Views = memo(function Views({ view, shown, candidate, mode, onMode }: ViewsProps) {
  const result = shown.result;
  const open = MODES.find((known) => known === mode) ?? "compare";
  const input = view.files["input.png"];
  if (!result) return null;
  return (
    <Tabs value={open} onChange={(next) => onMode(next, { replace: true })} keepMounted={false}>
      <Tabs.List mb="md">
        {MODES.map((known) => (
          <Tabs.Tab key={known} value={known}>
            {texts.views[known]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Box mih={200}>
        <Tabs.Panel value="compare">
          {input && <BeforeAfter before={input} after={candidate.final} candidate={candidate.index} />}
        </Tabs.Panel>
        <Tabs.Panel value="uncertainty">
          {result.uncertainty && <Uncertainty uncertainty={result.uncertainty} final={candidate.final} />}
        </Tabs.Panel>
        <Tabs.Panel value="seam">{result.seam && <Seam seam={result.seam} />}</Tabs.Panel>
        <Tabs.Panel value="why">
          <Why view={view} />
        </Tabs.Panel>
      </Box>
    </Tabs>
  );
});
