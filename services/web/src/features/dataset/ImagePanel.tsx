// One image: how it looks, what is known of it, what may be changed, who learned from it.
import {
  Alert,
  Anchor,
  Button,
  CloseButton,
  Divider,
  Drawer,
  Group,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconDownload, IconPhotoSearch } from "@tabler/icons-react";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { Face } from "../../components/Face";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { decimals } from "../../lib/format";
import { imagePanel as texts } from "../../texts/dataset";
import { ImageAttributes } from "./ImageAttributes";
import classes from "./Images.module.css";
import type { PanelProps } from "./Screen";
import type { View } from "./state";

const SHOWN = 256;

interface ImagePanelProps extends PanelProps {
  /** Beside the grid; else over it, on narrow screens. */
  isInline: boolean;
}

export function ImagePanel({ dataset, view, isInline }: ImagePanelProps) {
  const close = (): void => view.change({ image: null });
  const content = <OpenImage dataset={dataset} view={view} />;
  if (!isInline)
    return (
      <Drawer opened onClose={close} position="right" title={texts.title} size="sm">
        {content}
      </Drawer>
    );
  return (
    <section
      className={classes.panel}
      aria-label={texts.title}
      onKeyDown={(event) => event.key === "Escape" && !isOpenList(event.target) && close()}
    >
      <Group justify="space-between" mb="xs">
        <Title order={2}>{texts.title}</Title>
        <CloseButton aria-label={texts.close} onClick={close} />
      </Group>
      {content}
    </section>
  );
}

/** A list that Escape closes first, of an attribute's values. */
const isOpenList = (target: EventTarget): boolean =>
  target instanceof Element && target.getAttribute("aria-expanded") === "true";

function OpenImage({ dataset, view }: PanelProps) {
  const image = api.useQuery("get", "/v1/images/{image_id}", { params: { path: { image_id: view.image } } });
  const mayEdit = useMay("datasets:write") && dataset.access === "owner" && view.version === "latest";
  return (
    <Answer query={image}>
      {(data) => (
        <Stack gap="md">
          <Portrait image={data} />
          <Group gap="xs">
            <Button
              size="xs"
              variant="light"
              leftSection={<IconPhotoSearch size={15} aria-hidden />}
              onClick={() => view.change({ sort: `like:${data.id}`, at: null })}
            >
              {texts.like}
            </Button>
            <Button
              size="xs"
              variant="default"
              component="a"
              href={data.urls.content}
              download={`${data.id}.png`}
              leftSection={<IconDownload size={15} aria-hidden />}
            >
              {texts.download}
            </Button>
          </Group>
          <ImageAttributes
            key={`${data.id} ${data.version}`}
            image={data}
            dataset={dataset}
            mayEdit={mayEdit}
          />
          <Quality image={data} view={view} />
          <Models models={data.models} />
        </Stack>
      )}
    </Answer>
  );
}

function Portrait({ image }: { image: Schemas["ImageView"] }) {
  const said = Object.entries(image.attributes)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  return (
    <Stack gap={4} align="center">
      <Face
        src={image.urls.content ?? ""}
        alt={texts.alt(image.row, said)}
        side={image.width}
        size={SHOWN}
        synthetic={image.generated}
      />
      <Text fz="xs" c="dimmed" ta="center" style={{ overflowWrap: "anywhere" }}>
        {image.file} · {texts.side(image.width, image.height)}
      </Text>
    </Stack>
  );
}

function Quality({ image, view }: { image: Schemas["ImageView"]; view: View }) {
  const { quality, near_duplicate_of: near } = image;
  if (!quality && !near) return null;
  return (
    <Stack gap={4}>
      <Divider label={texts.quality} labelPosition="left" />
      {quality && (
        <>
          <Fact name={texts.sharpness} value={decimals(quality.sharpness, 1)} />
          <Fact name={texts.exposure} value={decimals(quality.exposure, 2)} />
          <Fact name={texts.faceSize} value={`${quality.face_size} px`} />
          {quality.warnings.map((warning) => (
            <Alert key={warning} variant="light" color="yellow" p="xs">
              {texts.warnings[warning] ?? warning}
            </Alert>
          ))}
        </>
      )}
      {near && (
        <Text fz="sm">
          {texts.nearDuplicate}.{" "}
          <Anchor component="button" type="button" fz="sm" onClick={() => view.change({ image: near })}>
            {texts.showIt}
          </Anchor>
        </Text>
      )}
    </Stack>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <Text fz="sm" component="div" className={classes.fact}>
      <span>{name}</span>
      <span>{value}</span>
    </Text>
  );
}

function Models({ models }: { models: Schemas["ModelReference"][] }) {
  return (
    <Stack gap={4}>
      <Divider label={texts.models} labelPosition="left" />
      {models.length === 0 && (
        <Text fz="sm" c="dimmed">
          {texts.noModels}
        </Text>
      )}
      {models.map(({ model_id, version }) => (
        <ModelLink key={`${model_id} ${version}`} modelId={model_id} version={version} />
      ))}
    </Stack>
  );
}

function ModelLink({ modelId, version }: { modelId: string; version: number }) {
  const model = api.useQuery("get", "/v1/models/{model_id}", { params: { path: { model_id: modelId } } });
  return (
    <Anchor component={Link} to={`/models/${modelId}`} fz="sm">
      {texts.modelVersion(model.data?.name ?? modelId, version)}
    </Anchor>
  );
}
