// A picture as large as its place: small faces by whole factors, with whatever is laid over it.
import { Box } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { ReactNode } from "react";
import { shownSize } from "../../../components/Face";
import { useSides } from "../pixels";
import classes from "../reimage.module.css";

interface SizedProps {
  src: string;
  alt: string;
  most?: number;
  children?: (size: number, isSmall: boolean) => ReactNode;
}

const SMALL = 64;

export function Sized({ src, alt, most = 448, children }: SizedProps) {
  const { ref, width } = useElementSize();
  const side = useSides(src)?.width ?? 32;
  const size = shownSize(side, Math.max(1, Math.min(most, width || most)));
  const isSmall = side <= SMALL;
  return (
    <Box ref={ref} w="100%">
      <Box className={classes.picture} w={size} h={size}>
        <img
          src={src}
          alt={alt}
          width={size}
          height={size}
          draggable={false}
          style={isSmall ? { imageRendering: "pixelated" } : {}}
        />
        {children?.(size, isSmall)}
      </Box>
    </Box>
  );
}
