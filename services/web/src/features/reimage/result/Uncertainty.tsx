// Where the candidates differ, over the face, with a scale.
import { Box, Group, Switch, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "../../../lib/api";
import { percent } from "../../../lib/format";
import { reimage as texts } from "../../../texts/reimage";
import { usePixels } from "../pixels";
import classes from "../reimage.module.css";
import { HEAT_SCALE, heatOf } from "./heat";
import { Sized } from "./Sized";

interface UncertaintyProps {
  uncertainty: Schemas["UncertaintyView"];
  final: string;
}

export function Uncertainty({ uncertainty, final }: UncertaintyProps) {
  const [isOn, setIsOn] = useState(true);
  const map = usePixels(uncertainty.url);
  return (
    <Box className={classes.viewBox}>
      <Sized src={final} alt={texts.uncertaintyAlt}>
        {(size, isSmall) => isOn && map && <Heat map={map} size={size} isSmall={isSmall} />}
      </Sized>
      <Box className={classes.underPicture}>
        <Box className={classes.scale} style={{ backgroundImage: HEAT_SCALE }} aria-hidden />
        <Group justify="space-between" mt={6}>
          <Text fz="xs" c="dimmed">
            {texts.agree}
          </Text>
          <Text fz="xs" c="dimmed">
            {texts.differ(percent(uncertainty.white))}
          </Text>
        </Group>
        <Text fz="sm" mt="sm">
          {uncertainty.mean != null && texts.meanUncertainty(percent(uncertainty.mean))}{" "}
          {texts.outside(percent(uncertainty.outside_covering))}
        </Text>
        <Switch
          mt="sm"
          className="no-print"
          label={texts.showOverlay}
          checked={isOn}
          onChange={(event) => setIsOn(event.currentTarget.checked)}
        />
      </Box>
    </Box>
  );
}

function Heat({ map, size, isSmall }: { map: ImageData; size: number; isSmall: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(heatOf(map), 0, 0);
  }, [map]);
  return (
    <canvas
      ref={canvas}
      className={classes.overlay}
      width={map.width}
      height={map.height}
      style={{ width: size, height: size, ...(isSmall ? { imageRendering: "pixelated" } : {}) }}
      aria-hidden
    />
  );
}
