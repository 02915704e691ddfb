// Which step's pictures are shown: in the address, else the newest; played, stepped, or chosen.
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useUrlWord } from "../../lib/urlState";

const FRAME_MS = 700;

export interface Scrubbing {
  /** Place among the steps. */
  at: number;
  isNewest: boolean;
  isPlaying: boolean;
  mayPlay: boolean;
  go: (place: number) => void;
  toNewest: () => void;
  toggle: () => void;
}

/** The place of a step among ascending ones: itself, else the one before it. */
export function placeOf(steps: number[], step: number): number {
  const after = steps.findIndex((known) => known > step);
  return Math.max(0, (after < 0 ? steps.length : after) - 1);
}

export function useScrubbing(steps: number[]): Scrubbing {
  const [word, setWord] = useUrlWord("step");
  const isStill = useReducedMotion();
  const [wantsPlay, setWantsPlay] = useState(false);
  const last = steps.length - 1;
  const isNewest = !/^\d+$/.test(word);
  const at = isNewest ? last : placeOf(steps, Number(word));
  const isPlaying = wantsPlay && !isStill && at < last;
  const go = (place: number): void => {
    const step = steps[Math.min(last, Math.max(0, place))];
    if (step !== undefined) setWord(String(step), { replace: true });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: one frame after another; `go` is of this render
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setTimeout(() => {
      go(at + 1);
      if (at + 1 >= last) setWantsPlay(false);
    }, FRAME_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, at, last]);
  return {
    at,
    isNewest,
    isPlaying,
    mayPlay: !isStill && steps.length > 1,
    go: (place) => {
      setWantsPlay(false);
      go(place);
    },
    toNewest: () => {
      setWantsPlay(false);
      setWord(null, { replace: true });
    },
    toggle: () => {
      if (!isPlaying && at >= last) go(0);
      setWantsPlay(!isPlaying);
    },
  };
}
