// The picture to paint on, by pointer or by keyboard: arrows move the cursor, Space paints.
import { Box } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { editor as texts } from "../../../texts/editor";
import { fitted } from "../Covering";
import { drawCovering } from "../CoveringOverlay";
import classes from "./editor.module.css";
import { copyOf, dab, type Mask, mapOf, type Point, stroke } from "./mask";
import type { EditorState } from "./useEditor";

const MOST = 560;
const DENSITY = 2; // canvas pixels per CSS pixel

interface BoardProps {
  picture: string;
  editor: EditorState;
}

const STEPS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export function Board({ picture, editor }: BoardProps) {
  const { mask, tool, size } = editor;
  const { ref, width: room } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<{ mask: Mask; at: Point } | null>(null);
  const [cursor, setCursor] = useState<Point | null>(null);
  const shown = fitted(mask, Math.min(MOST, room || MOST));
  const scale = shown.width / mask.width;
  const value = tool === "eraser" ? 0 : 1;
  const paint = (what: Mask): void => {
    if (canvas.current) drawCovering(canvas.current, mapOf(what));
  };
  useEffect(() => {
    if (canvas.current && shown.width) drawCovering(canvas.current, mapOf(mask));
  }, [mask, shown.width]);

  const pointOf = (event: PointerEvent<HTMLElement>): Point => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return within(mask, {
      x: Math.floor((event.clientX - left) / scale),
      y: Math.floor((event.clientY - top) / scale),
    });
  };
  const begin = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    const at = pointOf(event);
    if (tool === "colour") {
      editor.pick(at);
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    const copy = copyOf(mask);
    dab(copy, at, size, value);
    drawing.current = { mask: copy, at };
    paint(copy);
  };
  const move = (event: PointerEvent<HTMLElement>): void => {
    const at = pointOf(event);
    setCursor(at);
    const stroking = drawing.current;
    if (!stroking) return;
    stroke(stroking.mask, stroking.at, at, size, value);
    stroking.at = at;
    paint(stroking.mask);
  };
  const end = (): void => {
    if (drawing.current) editor.apply(drawing.current.mask);
    drawing.current = null;
  };
  const atCursor = (at: Point, from: Point = at): void => {
    if (tool === "colour") {
      editor.pick(at);
      return;
    }
    const copy = copyOf(mask);
    stroke(copy, from, at, size, value);
    editor.apply(copy);
  };
  const held = useRef(false);
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cursor ?? { x: Math.floor(mask.width / 2), y: Math.floor(mask.height / 2) };
    const step = STEPS[event.key];
    if (step) {
      const by = event.shiftKey ? Math.max(size, 1) : 1;
      const next = within(mask, { x: at.x + by * step.x, y: at.y + by * step.y });
      setCursor(next);
      if (held.current && tool !== "colour") atCursor(next, at);
    } else if (event.key === " ") {
      if (!event.repeat) atCursor(at);
      held.current = true;
      setCursor(at);
    } else if (event.key === "[" || event.key === "]") editor.setSize(size + (event.key === "]" ? 1 : -1));
    else if (event.key === "b") editor.setTool("brush");
    else if (event.key === "e") editor.setTool("eraser");
    else return;
    event.preventDefault();
  };
  const dabSide = Math.max(size * scale, 6);
  return (
    <Box ref={ref} w="100%" maw={MOST}>
      <div
        className={classes.board}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is painted on by keys
        tabIndex={0}
        aria-label={texts.board}
        aria-describedby="editor-keys"
        data-tool={tool}
        style={shown}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
        onKeyDown={press}
        onKeyUp={(event) => {
          if (event.key === " ") held.current = false;
        }}
        onBlur={() => {
          held.current = false;
        }}
      >
        <img
          src={picture}
          alt=""
          draggable={false}
          width={shown.width}
          height={shown.height}
          data-small={Math.max(mask.width, mask.height) <= 64 || undefined}
        />
        <canvas
          ref={canvas}
          className={classes.layer}
          width={shown.width * DENSITY}
          height={shown.height * DENSITY}
          style={shown}
          aria-hidden
        />
        {cursor && tool !== "colour" && (
          <span
            className={classes.brush}
            aria-hidden
            style={{
              width: dabSide,
              height: dabSide,
              left: (cursor.x + (size % 2 ? 0.5 : 0)) * scale,
              top: (cursor.y + (size % 2 ? 0.5 : 0)) * scale,
            }}
          />
        )}
      </div>
      <span className="visually-hidden" role="status">
        {cursor &&
          texts.cursor(cursor.x + 1, cursor.y + 1, mask.data[cursor.y * mask.width + cursor.x] === 1)}
      </span>
    </Box>
  );
}

const within = ({ width, height }: Mask, { x, y }: Point): Point => ({
  x: Math.min(Math.max(x, 0), width - 1),
  y: Math.min(Math.max(y, 0), height - 1),
});
