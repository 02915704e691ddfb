// The whole photograph with the best candidate in it; other faces of it may be chosen.
import { Button, Group, Stack, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { memo } from "react";
import type { Schemas } from "../../../lib/api";
import { reimage as texts } from "../../../texts/reimage";
import { Covering } from "../Covering";
import { FaceBoxes } from "../FaceBoxes";
import type { Result } from "../reimaging";

interface PhotoProps {
  photo: Schemas["PhotoView"];
  result: Result;
  onChoose: (face: number) => void;
}

export const Photo = memo(function Photo({ photo, result, onChoose }: PhotoProps) {
  if (!photo.url) return null;
  return (
    <Stack gap="xs">
      <Title order={2}>{texts.wholePhoto}</Title>
      <Covering picture={photo.url} alt={texts.wholePhotoAlt} map={null} most={752}>
        <FaceBoxes faces={result.faces} chosen={result.face ?? 0} sides={photo} onChoose={onChoose} />
      </Covering>
      <Group className="no-print">
        <Button
          component="a"
          href={photo.labelled ?? photo.url}
          download="photo.png"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {texts.downloadPhoto}
        </Button>
      </Group>
    </Stack>
  );
});
