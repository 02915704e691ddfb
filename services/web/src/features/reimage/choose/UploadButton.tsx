// A picture from this device; phones offer their own ways in the same dialog.
import { Button, type ButtonProps, FileButton } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { memo } from "react";
import { reimage as texts } from "../../../texts/reimage";
import { useTaking } from "./DropEverywhere";

export const UploadButton = memo(function UploadButton(props: ButtonProps) {
  const { take, isTaking } = useTaking();
  return (
    <FileButton
      accept="image/png,image/jpeg,image/webp"
      onChange={(file) => file && take({ file, name: file.name })}
    >
      {(button) => (
        <Button {...button} leftSection={<IconUpload size={16} aria-hidden />} loading={isTaking} {...props}>
          {texts.upload}
        </Button>
      )}
    </FileButton>
  );
});
