// The honest limit, at the picture and in print.
import { Text, type TextProps } from "@mantine/core";
import { texts } from "../texts";

export function Statement(props: TextProps) {
  return (
    <Text fz="sm" fs="italic" {...props}>
      {texts.common.statement}
    </Text>
  );
}
