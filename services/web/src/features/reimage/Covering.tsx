// A picture at its own shape, with what is covered over it.
import { Box } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { ReactNode } from "react";
import { shownSize } from "../../components/Face";
import { CoveringOverlay } from "./CoveringOverlay";
import { useSides } from "./pixels";
import classes from "./reimage.module.css";

interface CoveringProps {
  picture: string;
  alt: string;
  /** A map of it; null shows the picture alone. */
  map: string | null;
  /** The longest side that it may take, in CSS pixels. */
  most?: number;
  /** Laid over both, as numbered boxes are. */
  children?: ReactNode;
}

export function Covering({ picture, alt, map, most = 448, children }: CoveringProps) {
  const { ref, width: room } = useElementSize();
  const sides = useSides(picture);
  const { width, height } = sides
    ? fitted(sides, Math.min(most, room || most))
    : { width: most, height: most };
  const isSmall = sides !== null && Math.max(sides.width, sides.height) <= 64;
  return (
    <Box ref={ref} w="100%" maw={most}>
      <Box className={classes.picture} w={width} h={height}>
        <img
          src={picture}
          alt={alt}
          width={width}
          height={height}
          style={isSmall ? { imageRendering: "pixelated" } : {}}
        />
        {map && <CoveringOverlay key={`${width}`} src={map} width={width} height={height} />}
        {children}
      </Box>
    </Box>
  );
}

/** The size at which a picture is shown in a square of `room`: small faces by whole factors. */
export function fitted(sides: { width: number; height: number }, room: number) {
  const longest = Math.max(sides.width, sides.height);
  const factor = shownSize(longest, Math.max(room, 1)) / longest;
  return { width: Math.round(sides.width * factor), height: Math.round(sides.height * factor) };
}
