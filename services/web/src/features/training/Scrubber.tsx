// Through the checkpoints: always the same noise, so that one sees the same faces grow, and the test photo with them.
import { ActionIcon, Button, Group, Paper, Skeleton, Slider, Stack, Text, Title } from "@mantine/core";
import {
  IconChevronLeft,
  IconChevronRight,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
} from "@tabler/icons-react";
import { type KeyboardEvent, useMemo } from "react";
import { Answer } from "../../components/Answer";
import { Statement } from "../../components/Statement";
import { count } from "../../lib/format";
import { isMoving } from "../../lib/jobs";
import { training as words } from "../../texts/training";
import { Promotion } from "./Promotion";
import { Sheet } from "./Sheet";
import { type Checkpoint, type Training, useCheckpoints } from "./useFollowed";
import { type Scrubbing, useScrubbing } from "./useScrubbing";

const SAMPLES = "samples.png";
const PROBE = "probe.png";

export const urlOf = (checkpoint: Checkpoint | undefined, name: string): string | null =>
  checkpoint?.files.find((file) => file.name === name)?.url ?? null;

export function Scrubber({ training }: { training: Training }) {
  const checkpoints = useCheckpoints(training.id);
  return (
    <Paper withBorder p="md" component="section" aria-label={words.samples}>
      <Answer query={checkpoints} skeleton={<Skeleton h={420} />}>
        {(found) => {
          const drawn = found.filter((one) => urlOf(one, SAMPLES));
          return drawn.length ? (
            <Player training={training} drawn={drawn} all={found} />
          ) : (
            <Stack gap="xs">
              <Title order={2} fz="md">
                {words.samples}
              </Title>
              <Text fz="sm" c="dimmed">
                {isMoving(training) || training.status === "paused"
                  ? words.noSamplesDetail
                  : words.noSamplesEnded}
              </Text>
            </Stack>
          );
        }}
      </Answer>
    </Paper>
  );
}

/** Sheets enlarge small faces by whole pixels, to this side at least. */
const TILE = 128;
const factorOf = (resolution: number | null): number =>
  resolution && resolution <= 64 ? Math.max(1, Math.floor(TILE / resolution)) : 1;

interface PlayerProps {
  training: Training;
  drawn: Checkpoint[];
  all: Checkpoint[];
}

function Player({ training, drawn, all }: PlayerProps) {
  const steps = useMemo(() => drawn.map(({ step }) => step), [drawn]);
  const scrubbing = useScrubbing(steps);
  const shown = drawn[scrubbing.at];
  const step = shown?.step ?? 0;
  const factor = factorOf(training.resolution);
  const probed = all.findLast((one) => one.step <= step && urlOf(one, PROBE));
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Title order={2} fz="md">
          {words.samples}
        </Title>
        <Text fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
          {words.stepLabel(count(step))}
        </Text>
      </Group>
      <Text fz="sm" c="dimmed">
        {words.samplesDetail}
      </Text>
      <Controls scrubbing={scrubbing} steps={steps} />
      <Sheet
        src={urlOf(shown, SAMPLES) ?? ""}
        next={urlOf(drawn[scrubbing.at + 1], SAMPLES)}
        factor={factor}
        alt={words.samplesAlt(count(step))}
      />
      <Statement c="dimmed" />
      <Promotion trainingId={training.id} checkpoint={shown} kept={all.filter((one) => one.is_resumable)} />
      {training.has_probe && (
        <Stack gap="xs">
          <Title order={3}>{words.probe}</Title>
          {probed ? (
            <>
              <Text fz="sm" c="dimmed">
                {words.probeAt(count(probed.step))}
              </Text>
              <Sheet
                src={urlOf(probed, PROBE) ?? ""}
                next={null}
                factor={factor}
                alt={words.probeAlt(count(probed.step))}
              />
            </>
          ) : (
            <Text fz="sm" c="dimmed">
              {words.noProbe}
            </Text>
          )}
        </Stack>
      )}
    </Stack>
  );
}

const MOVES: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

function Controls({ scrubbing, steps }: { scrubbing: Scrubbing; steps: number[] }) {
  const { at, isPlaying, mayPlay, go, toggle, toNewest } = scrubbing;
  const last = steps.length - 1;
  const byArrow = ({ key, target }: KeyboardEvent): void => {
    const move = MOVES[key];
    const isSlider = target instanceof HTMLElement && target.getAttribute("role") === "slider";
    if (move && !isSlider) go(at + move);
  };
  return (
    <Stack gap="xs" onKeyDown={byArrow}>
      <Slider
        min={0}
        max={Math.max(1, last)}
        value={at}
        onChange={go}
        label={(place) => count(steps[place] ?? 0)}
        thumbLabel={words.step}
        thumbValueText={(place) => words.stepLabel(count(steps[place] ?? 0))}
        disabled={last < 1}
      />
      <Group gap="xs">
        {mayPlay && (
          <Button
            size="xs"
            variant="default"
            leftSection={
              isPlaying ? (
                <IconPlayerPauseFilled size={14} aria-hidden />
              ) : (
                <IconPlayerPlayFilled size={14} aria-hidden />
              )
            }
            onClick={toggle}
          >
            {isPlaying ? words.pausePlay : words.play}
          </Button>
        )}
        <ActionIcon
          variant="default"
          size={30}
          aria-label={words.previous}
          disabled={at <= 0}
          onClick={() => go(at - 1)}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={words.next}
          disabled={at >= last}
          onClick={() => go(at + 1)}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
        {!scrubbing.isNewest && (
          <Button size="xs" variant="subtle" onClick={toNewest}>
            {words.newest}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
