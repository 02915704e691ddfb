// The left side: test images to choose from, an own picture, and earlier results to find again.
import { Box, Button, Collapse, SegmentedControl, Stack } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useUrlWord } from "../../../lib/urlState";
import { reimage as texts } from "../../../texts/reimage";
import classes from "../reimage.module.css";
import { Earlier } from "./Earlier";
import { TestImages } from "./TestImages";
import { UploadButton } from "./UploadButton";

/** `isBeside` a result: on a phone it is folded then, so that the result comes first. */
export function Chooser({ isBeside }: { isBeside: boolean }) {
  const [list, setList] = useUrlWord("list", "test");
  const [isUnfolded, setIsUnfolded] = useState(false);
  const content = (
    <Stack gap="sm">
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={texts.from}
        data={[
          { value: "test", label: texts.testImages },
          { value: "earlier", label: texts.earlier },
        ]}
        value={list}
        onChange={(value) => setList(value, { replace: true })}
      />
      {list === "earlier" ? <Earlier /> : <TestImages />}
    </Stack>
  );
  return (
    <Box component="section" aria-label={texts.from} className={`${classes.chooser} no-print`}>
      <Stack gap="sm">
        {isBeside && <UploadButton variant="default" fullWidth />}
        {isBeside && (
          <Button
            hiddenFrom="md"
            variant="subtle"
            rightSection={<IconChevronDown size={16} aria-hidden />}
            aria-expanded={isUnfolded}
            onClick={() => setIsUnfolded(!isUnfolded)}
          >
            {texts.another}
          </Button>
        )}
        {isBeside ? (
          <>
            <Box visibleFrom="md">{content}</Box>
            <Box hiddenFrom="md">
              <Collapse expanded={isUnfolded}>{isUnfolded && content}</Collapse>
            </Box>
          </>
        ) : (
          content
        )}
      </Stack>
    </Box>
  );
}
