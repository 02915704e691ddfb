// A face: small ones enlarged by whole factors with hard pixels, larger ones smoothly; never a layout shift.
import { Box } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import type { CSSProperties } from "react";
import { texts } from "../texts";
import classes from "./Face.module.css";

const HARD_PIXELS_UP_TO = 64;

interface FaceProps {
  src: string;
  /** What is known of it ("test image 12, mask, hair blond"). */
  alt: string;
  /** Pixels of the picture itself, along a side. */
  side: number;
  /** About how large it may be shown, in CSS pixels; small faces take the largest whole factor below it. */
  size: number;
  /** True for everything that a model drew: adds the mark. */
  synthetic?: boolean;
}

/** How large a face is shown: a whole multiple of its own size up to 64 pixels, as wanted above that. */
export function shownSize(side: number, size: number): number {
  return side <= HARD_PIXELS_UP_TO ? Math.max(1, Math.floor(size / side)) * side : size;
}

export function Face({ src, alt, side, size, synthetic = false }: FaceProps) {
  const shown = shownSize(side, size);
  const style: CSSProperties = side <= HARD_PIXELS_UP_TO ? { imageRendering: "pixelated" } : {};
  return (
    <Box component="span" className={classes.frame} w={shown} h={shown}>
      <img
        src={src}
        alt={synthetic ? `${alt}, ${texts.common.computerMade}` : alt}
        width={shown}
        height={shown}
        style={style}
        decoding="async"
        draggable={false}
      />
      {synthetic && (
        <span className={classes.mark} title={texts.common.computerMade} aria-hidden>
          <IconSparkles size={11} />
        </span>
      )}
    </Box>
  );
}
