// The editor's state: the mask with its history, the tool, and the colours that were picked.
import { useCallback, useMemo, useState } from "react";
import { type Colour, colourAt, inRange, USUAL_TOLERANCE, withColour } from "./colourRange";
import { begun, done, type History, redone, undone } from "./history";
import { isSame, type Mask, type Point, union } from "./mask";

export type Tool = "brush" | "eraser" | "colour";

export interface EditorState {
  mask: Mask;
  /** A further step, unless it changes nothing. */
  apply: (next: Mask) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  tool: Tool;
  setTool: (tool: Tool) => void;
  size: number;
  setSize: (size: number) => void;
  colours: readonly Colour[];
  pick: (at: Point) => void;
  unpick: (colour: Colour) => void;
  tolerance: number;
  setTolerance: (tolerance: number) => void;
}

interface Picked {
  colours: readonly Colour[];
  tolerance: number;
  /** What was covered before the first colour: colours add to it. */
  ground: Mask | null;
}

export const largestBrush = (mask: Mask): number =>
  Math.max(8, Math.round(Math.max(mask.width, mask.height) / 3));

export function useEditor(pixels: ImageData, first: Mask): EditorState {
  const [history, setHistory] = useState<History<Mask>>(() => begun(first));
  const [tool, setTool] = useState<Tool>("brush");
  const [size, setAnySize] = useState(() => Math.max(1, Math.round(largestBrush(first) / 3)));
  const [picked, setPicked] = useState<Picked>({ colours: [], tolerance: USUAL_TOLERANCE, ground: null });
  const mask = history.present;
  const apply = useCallback((next: Mask) => {
    setHistory((current) => (isSame(current.present, next) ? current : done(current, next)));
  }, []);
  const largest = largestBrush(first);
  const setSize = useCallback(
    (wanted: number) => setAnySize(Math.min(largest, Math.max(1, wanted))),
    [largest],
  );
  return useMemo(() => {
    const recolour = (colours: readonly Colour[], tolerance: number): void => {
      const ground = picked.ground ?? mask;
      setPicked({ colours, tolerance, ground: colours.length ? ground : null });
      if (colours.length || picked.colours.length) apply(union(ground, inRange(pixels, colours, tolerance)));
    };
    const changed = (step: (history: History<Mask>) => History<Mask>) => () => {
      setPicked({ ...picked, colours: [], ground: null });
      setHistory(step);
    };
    return {
      mask,
      apply: (next: Mask) => {
        setPicked({ ...picked, colours: [], ground: null });
        apply(next);
      },
      undo: changed(undone),
      redo: changed(redone),
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
      tool,
      setTool,
      size,
      setSize,
      colours: picked.colours,
      pick: ({ x, y }: Point) =>
        recolour(withColour(picked.colours, colourAt(pixels, x, y)), picked.tolerance),
      unpick: (colour: Colour) =>
        recolour(
          picked.colours.filter((one) => one !== colour),
          picked.tolerance,
        ),
      tolerance: picked.tolerance,
      setTolerance: (tolerance: number) => recolour(picked.colours, tolerance),
    };
  }, [mask, history, tool, size, setSize, picked, pixels, apply]);
}
