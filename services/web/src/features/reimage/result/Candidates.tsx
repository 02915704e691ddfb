// The versions of the face: one is chosen by click or by arrow keys.
import { Box, Button, Group, Text, Title, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconDice5 } from "@tabler/icons-react";
import { type KeyboardEvent, memo, useRef } from "react";
import { Face } from "../../../components/Face";
import { percent } from "../../../lib/format";
import { reimage as texts } from "../../../texts/reimage";
import { useSides } from "../pixels";
import classes from "../reimage.module.css";
import { type Candidate, varyingAttributes } from "../reimaging";
import { nextPlace } from "./nextPlace";

interface CandidatesProps {
  candidates: Candidate[];
  chosen: number;
  onChoose: (index: number) => void;
  onDrawAgain: () => void;
  isBusy: boolean;
}

export const Candidates = memo(function Candidates({
  candidates,
  chosen,
  onChoose,
  onDrawAgain,
  isBusy,
}: CandidatesProps) {
  const strip = useRef<HTMLDivElement>(null);
  const varying = varyingAttributes(candidates);
  const side = useSides(candidates[0]?.final ?? null)?.width ?? 32;
  const move = (event: KeyboardEvent): void => {
    const next = nextPlace(event.key, chosen, candidates.length);
    if (next === null) return;
    event.preventDefault();
    onChoose(next);
    strip.current?.querySelectorAll<HTMLElement>('[role="radio"]')[next]?.focus();
  };
  return (
    <Box>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2}>
          {texts.candidates}{" "}
          <Text span c="dimmed" fz="sm" fw={400}>
            {texts.candidateOf(chosen + 1, candidates.length)}
          </Text>
        </Title>
        <Button
          variant="default"
          size="xs"
          className="no-print"
          leftSection={<IconDice5 size={16} aria-hidden />}
          loading={isBusy}
          onClick={onDrawAgain}
        >
          {texts.drawAgain}
        </Button>
      </Group>
      <div
        ref={strip}
        role="radiogroup"
        aria-label={texts.candidates}
        className={classes.candidates}
        onKeyDown={move}
      >
        {candidates.map((candidate) => (
          <UnstyledButton
            key={candidate.index}
            role="radio"
            aria-checked={candidate.index === chosen}
            aria-label={texts.candidateAlt(
              candidate.index + 1,
              candidates.length,
              wordsOf(candidate, varying),
            )}
            tabIndex={candidate.index === chosen ? 0 : -1}
            className={classes.candidate}
            onClick={() => onChoose(candidate.index)}
          >
            <Face src={candidate.final} alt="" side={side} size={64} synthetic />
            <Text fz="sm" fw={600}>
              {percent(candidate.weight)}
            </Text>
            {varying.map((name) => (
              <Text key={name} fz="xs" c="dimmed" lh={1.3}>
                {name.replaceAll("_", " ")} {candidate.attributes[name]}
              </Text>
            ))}
            {candidate.near_copy && (
              <Text fz="xs" fw={700} className={classes.flag}>
                <IconAlertTriangle size={12} aria-hidden /> {texts.nearCopy}
              </Text>
            )}
            {candidate.flags.includes("approximate") && (
              <Text fz="xs" c="dimmed">
                {texts.approximate}
              </Text>
            )}
          </UnstyledButton>
        ))}
      </div>
    </Box>
  );
});

function wordsOf(candidate: Candidate, varying: string[]): string {
  const attributes = varying.map((name) => `${name.replaceAll("_", " ")} ${candidate.attributes[name]}`);
  return [percent(candidate.weight), ...attributes, ...(candidate.near_copy ? [texts.nearCopy] : [])].join(
    ", ",
  );
}
