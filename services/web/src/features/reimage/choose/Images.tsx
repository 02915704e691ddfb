// The images of a test dataset, page by page, each page's thumbnails as one picture.
import { Button, Group, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { memo, useState } from "react";
import { Answer } from "../../../components/Answer";
import { client, type Schemas } from "../../../lib/api";
import { plural } from "../../../lib/format";
import { usePages } from "../../../lib/pages";
import { reimage as texts } from "../../../texts/reimage";
import classes from "../reimage.module.css";
import { useTaking } from "./DropEverywhere";
import { different, imageName } from "./imageName";
import { readSheet, type Sheet, Tile } from "./sheet";

const AT_ONCE = 500; // what covers a face makes many images the same picture: each is shown once
const SIZE = 64;

type Placed = Schemas["ImageView"] & { sheet: Sheet; number: number; total: number };

/** It reads nothing of the address itself: what else changes there leaves it as it is. */
export const Images = memo(function Images({ datasetId, where }: { datasetId: string; where: string }) {
  const pages = usePages(["get", "/v1/images", "test images", datasetId, where], async (after) => {
    const query = {
      dataset_id: [datasetId],
      role: "test" as const,
      limit: AT_ONCE,
      ...(where ? { where: [where] } : {}),
      ...(after ? { after } : {}),
    };
    const [{ data }, sheet] = await Promise.all([
      client.GET("/v1/images", { params: { query: { ...query, include: "total" as const } } }),
      readSheet(query),
    ]);
    const page = data as Schemas["ImageList"];
    const total = page.total ?? page.data.length;
    return { ...page, data: page.data.map((image, number): Placed => ({ ...image, sheet, number, total })) };
  });
  const images = different(pages.items ?? []);
  const total = images[0]?.total ?? 0;
  return (
    <Answer query={{ ...pages, data: pages.items }} skeleton={<Sketch />}>
      {() => (
        <Stack gap="xs">
          <Thumbnails images={images} />
          <Group justify="space-between" gap="xs">
            <Text fz="xs" c="dimmed">
              {plural(total, "image")}
              {total > images.length && `, ${texts.shownOnce}`}
            </Text>
            {pages.hasNextPage && (
              <Button
                size="compact-xs"
                variant="subtle"
                loading={pages.isFetchingNextPage}
                onClick={() => pages.fetchNextPage()}
              >
                {texts.more}
              </Button>
            )}
          </Group>
        </Stack>
      )}
    </Answer>
  );
});

function Thumbnails({ images }: { images: Placed[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { take, isTaking } = useTaking();
  return (
    <div className={classes.thumbnails}>
      {images.map((image) => (
        <UnstyledButton
          key={image.id}
          className={classes.thumbnail}
          aria-label={imageName(image)}
          aria-busy={isTaking && chosen === image.id}
          title={imageName(image)}
          onClick={() => {
            setChosen(image.id);
            take({ imageId: image.id });
          }}
        >
          <Tile sheet={image.sheet} number={image.number} size={SIZE} />
        </UnstyledButton>
      ))}
    </div>
  );
}

function Sketch() {
  return (
    <div className={classes.thumbnails}>
      {Array.from({ length: 12 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={place} h={SIZE} w={SIZE} />
      ))}
    </div>
  );
}
