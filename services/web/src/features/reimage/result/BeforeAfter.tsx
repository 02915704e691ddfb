// The input and the candidate in one frame; a slider moves the border between them.
import { Box, Group, Slider, Text } from "@mantine/core";
import { useMove } from "@mantine/hooks";
import { useState } from "react";
import { reimage as texts } from "../../../texts/reimage";
import { useSteady } from "../pixels";
import classes from "../reimage.module.css";
import { Sized } from "./Sized";

interface BeforeAfterProps {
  before: string;
  after: string;
  candidate: number;
}

export function BeforeAfter({ before, after, candidate }: BeforeAfterProps) {
  const [border, setBorder] = useState(50); // per cent from the left; what lies left of it is the input
  const { ref } = useMove(({ x }) => setBorder(Math.round(100 * x)));
  const steady = useSteady(after);
  return (
    <Box className={classes.viewBox}>
      <Sized src={steady} alt={texts.afterAlt(candidate + 1)}>
        {(size, isSmall) => (
          <Box ref={ref} className={classes.compare} w={size} h={size} data-testid="before-after">
            <img
              src={before}
              alt={texts.beforeAlt}
              width={size}
              height={size}
              draggable={false}
              style={{
                clipPath: `inset(0 ${100 - border}% 0 0)`,
                ...(isSmall ? { imageRendering: "pixelated" } : {}),
              }}
            />
            <span className={classes.border} style={{ left: `${border}%` }} aria-hidden />
          </Box>
        )}
      </Sized>
      <Box className={classes.underPicture}>
        <Slider
          value={border}
          onChange={setBorder}
          label={null}
          thumbLabel={texts.border}
          className="no-print"
        />
        <Group justify="space-between" mt={6}>
          <Text fz="xs" c="dimmed">
            {texts.before}
          </Text>
          <Text fz="xs" c="dimmed">
            {texts.after}
          </Text>
        </Group>
      </Box>
    </Box>
  );
}
