// How visible the covering's rim is: the ring as a picture, and its numbers.
import { Box, Group, Text } from "@mantine/core";
import type { Schemas } from "../../../lib/api";
import { decimals } from "../../../lib/format";
import { reimage as texts } from "../../../texts/reimage";
import { useSides } from "../pixels";
import classes from "../reimage.module.css";

export function Seam({ seam }: { seam: Schemas["SeamView"] }) {
  const sides = useSides(seam.url ?? null);
  const numbers = [
    { title: texts.seamBefore, value: seam.de00_before },
    { title: texts.seamAfter, value: seam.de00_after },
  ];
  return (
    <Box className={classes.viewBox}>
      {seam.url && sides && (
        <img
          className={classes.wide}
          src={seam.url}
          alt={texts.seamAlt}
          width={sides.width}
          height={sides.height}
        />
      )}
      <Group grow gap="sm" mt="sm" maw={sides?.width}>
        {numbers.map(({ title, value }) => (
          <Box key={title}>
            <Text fz="xl" fw={650} className={classes.tabular}>
              {value == null ? texts.noNumber : decimals(value, 1)}
            </Text>
            <Text fz="xs" c="dimmed">
              {title}
            </Text>
          </Box>
        ))}
      </Group>
      <Box className={classes.underPicture}>
        <Box className={classes.viridis} aria-hidden />
        <Group justify="space-between" mt={6}>
          <Text fz="xs" c="dimmed">
            {texts.seamNone}
          </Text>
          <Text fz="xs" c="dimmed">
            {texts.seamStrong(decimals(seam.brightest ?? 10, 0))}
          </Text>
        </Group>
        <Text fz="sm" mt="sm">
          {texts.seamDetail}
        </Text>
      </Box>
    </Box>
  );
}
