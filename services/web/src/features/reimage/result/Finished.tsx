// A finished re-imaging: the four steps, the model that was chosen, the candidates, and the tools around them.
import { Card, Stack, Text } from "@mantine/core";
import { ProblemCard } from "../../../components/ProblemCard";
import { Statement } from "../../../components/Statement";
import { useUrlNumber, useUrlWord } from "../../../lib/urlState";
import { reimage as texts } from "../../../texts/reimage";
import { Editing } from "../Editing";
import classes from "../reimage.module.css";
import type { Candidate, Reimaging } from "../reimaging";
import { useOrderAgain } from "../useOrder";
import { useSameFunction } from "../useSameFunction";
import { Actions } from "./Actions";
import { Candidates } from "./Candidates";
import { Decision } from "./Decision";
import { Panels } from "./Panels";
import { Photo } from "./Photo";
import { Rate } from "./Rate";
import { Refine } from "./Refine";
import { useTuned } from "./useTuned";
import { Views } from "./Views";
import { Warnings } from "./Warnings";

const NONE: Candidate[] = [];

export function Finished({ view }: { view: Reimaging }) {
  const [place, setPlace] = useUrlNumber("candidate", 0);
  const [mode, setMode] = useUrlWord("view", "compare");
  const tuned = useTuned(view);
  const ordering = useOrderAgain(view, { smoothing: { k: tuned.k }, tone_match: tuned.toneMatch });
  const { again } = ordering;
  const choose = useSameFunction((index: number) => setPlace(index, { replace: true }));
  const drawAgain = useSameFunction(() => again({ seed: null }));
  const chooseFace = useSameFunction((face: number) => again({ face, covering: {} }));
  const show = useSameFunction((next: string | null) => setMode(next, { replace: true }));
  const edit = useSameFunction(() => setMode("edit"));
  const shown = tuned.shown;
  const candidates = shown.result?.candidates ?? [];
  const candidate = candidates[place] ?? candidates[0];
  if (!view.result || !shown.result || !candidate) return null;
  if (mode === "edit") return <Editing view={view} onDone={() => setMode(null)} />;
  return (
    <Stack gap="lg">
      <Actions view={shown} base={view} candidate={candidate} />
      <Warnings view={view} />
      <Decision view={view} onOverride={again} isBusy={ordering.isPending} />
      {Boolean(ordering.error) && <ProblemCard error={ordering.error} />}
      <Stack gap="sm">
        <Panels result={shown.result} candidate={candidate} isBusy={tuned.isBusy} />
        <Text fz="xs" c="dimmed">
          {texts.proof(view.result.proof?.equal ?? false)}
        </Text>
        <Statement fw={600} className={classes.statementAtPictures} />
      </Stack>
      <Candidates
        candidates={view.result.candidates ?? NONE} // as they were drawn: another K is for the one that is looked at
        chosen={candidate.index}
        onChoose={choose}
        onDrawAgain={drawAgain}
        isBusy={ordering.isPending}
      />
      <div className={classes.tools}>
        <Views view={view} shown={shown} candidate={candidate} mode={mode} onMode={show} />
        <Card withBorder p="md" className={`${classes.refine} no-print`}>
          <Refine view={view} tuned={tuned} ordering={ordering} onEdit={edit} />
        </Card>
      </div>
      {view.result.photo && <Photo photo={view.result.photo} result={view.result} onChoose={chooseFace} />}
      <Rate view={view} />
      <Statement fw={600} className={classes.statement} />
    </Stack>
  );
}
