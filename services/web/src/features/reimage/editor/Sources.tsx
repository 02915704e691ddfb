// Where a covering may come from besides the brush, and where it may go.
import { Button, FileButton, Stack, Text } from "@mantine/core";
import { IconDownload, IconHistory, IconUpload, IconWand } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { ProblemCard } from "../../../components/ProblemCard";
import { editor as texts } from "../../../texts/editor";
import type { Reimaging } from "../reimaging";
import type { OrderAgain } from "../useOrder";
import classes from "./editor.module.css";
import { type Mask, mapOf } from "./mask";
import { lastCoveringUrl, maskFrom, pngOf } from "./source";

interface SourcesProps {
  view: Reimaging;
  pixels: ImageData;
  mask: Mask;
  onMask: (mask: Mask) => void;
  ordering: OrderAgain;
}

export function Sources({ view, pixels, mask, onMask, ordering }: SourcesProps) {
  const reading = useMutation({
    mutationFn: async (from: File | "last") => {
      if (from !== "last") return readFile(from, pixels);
      const url = await lastCoveringUrl(view);
      return url ? maskFrom(url, pixels) : null;
    },
    onSuccess: (found) => found && onMask(found),
  });
  const save = async (): Promise<void> => {
    const address = URL.createObjectURL(await pngOf(mapOf(mask)));
    const link = document.createElement("a");
    link.href = address;
    link.download = "covering.png";
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Stack gap="xs">
      <div className={classes.sources}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconWand size={16} aria-hidden />}
          loading={ordering.isPending}
          onClick={() => ordering.again({ until: "covering", covering: {} }, "?view=edit")}
        >
          {texts.findAgain}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconHistory size={16} aria-hidden />}
          loading={reading.isPending}
          onClick={() => reading.mutate("last")}
        >
          {texts.last}
        </Button>
        <FileButton
          accept="image/png,image/jpeg,image/webp"
          onChange={(file) => file && reading.mutate(file)}
        >
          {(button) => (
            <Button
              {...button}
              variant="default"
              size="xs"
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              {texts.upload}
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={save}
        >
          {texts.download}
        </Button>
      </div>
      <Text fz="sm" c="dimmed" role="status">
        {reading.isSuccess && reading.data === null && texts.noLast}
      </Text>
      {reading.error && <ProblemCard error={reading.error} />}
    </Stack>
  );
}

async function readFile(file: File, pixels: ImageData): Promise<Mask> {
  const address = URL.createObjectURL(file);
  try {
    return await maskFrom(address, pixels);
  } finally {
    URL.revokeObjectURL(address);
  }
}
