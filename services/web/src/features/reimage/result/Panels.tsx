// The four steps in the order of the thesis (Fig. 29): as drawn, smoothed, what is clipped, and the final picture.
import { ActionIcon, Box, Group, Modal, Stack, Text, UnstyledButton } from "@mantine/core";
import { useElementSize, useHotkeys, useViewportSize } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { memo } from "react";
import { Face } from "../../../components/Face";
import { Statement } from "../../../components/Statement";
import { useUrlWord } from "../../../lib/urlState";
import { reimage as texts } from "../../../texts/reimage";
import { useSides, useSteady } from "../pixels";
import classes from "../reimage.module.css";
import type { Candidate, Result } from "../reimaging";
import { commonSize } from "./commonSize";

interface PanelsProps {
  result: Result;
  candidate: Candidate;
  isBusy: boolean;
}

interface Step {
  name: "generated" | "smoothed" | "clipped" | "final";
  src: string;
  synthetic: boolean;
}

const GAP = 16;
const NARROW = 560;

/** Clipped is what is replaced of the input, the same for every candidate. */
function stepsOf(result: Result, candidate: Candidate): Step[] {
  return [
    { name: "generated", src: candidate.generated, synthetic: true },
    { name: "smoothed", src: candidate.smoothed, synthetic: true },
    { name: "clipped", src: result.steps?.clipped ?? "", synthetic: false },
    { name: "final", src: candidate.final, synthetic: true },
  ];
}

export const Panels = memo(function Panels({ result, candidate, isBusy }: PanelsProps) {
  const { ref, width } = useElementSize();
  const [zoomed, setZoomed] = useUrlWord("zoom");
  const columns = width >= NARROW ? 4 : 2;
  const room = Math.floor(((width || 752) - (columns - 1) * GAP) / columns);
  const drawn = useSides(candidate.generated)?.width ?? 32; // the model's side; the input may have another
  const final = useSides(candidate.final)?.width ?? drawn;
  const size = commonSize([drawn, final], room);
  const steps = stepsOf(result, candidate);
  return (
    <>
      <div ref={ref} className={classes.panels} aria-busy={isBusy} data-testid="panels">
        {steps.map((step, place) => (
          <Panel
            key={step.name}
            step={step}
            number={place + 1}
            size={size}
            candidate={candidate.index}
            onZoom={() => setZoomed(step.name)}
          />
        ))}
      </div>
      <Zoom steps={steps} zoomed={zoomed} onZoom={setZoomed} candidate={candidate.index} />
    </>
  );
});

interface PanelProps {
  step: Step;
  number: number;
  size: number;
  candidate: number;
  onZoom: () => void;
}

function Panel({ step, number, size, candidate, onZoom }: PanelProps) {
  const src = useSteady(step.src);
  const side = useSides(src)?.width ?? 32;
  const title = texts.steps[step.name];
  return (
    <Box component="figure" m={0} className={classes.panel} data-final={step.name === "final" || undefined}>
      <UnstyledButton onClick={onZoom} className={classes.zoomable} aria-label={texts.zoom(title)}>
        <Face
          src={src}
          alt={texts.stepAlt(title, candidate + 1)}
          side={side}
          size={size}
          synthetic={step.synthetic}
        />
      </UnstyledButton>
      <Group component="figcaption" justify="space-between" wrap="nowrap" gap={4} mt={6}>
        <Text fz="sm" fw={step.name === "final" ? 650 : 450}>
          <Text span c="dimmed" inherit mr={6}>
            {number}
          </Text>
          {title}
        </Text>
        <ActionIcon
          component="a"
          href={step.src}
          download={`${step.name}.png`}
          variant="subtle"
          color="gray"
          size="sm"
          className="no-print"
          aria-label={texts.download(title)}
        >
          <IconDownload size={15} aria-hidden />
        </ActionIcon>
      </Group>
    </Box>
  );
}

interface ZoomProps {
  steps: Step[];
  zoomed: string;
  onZoom: (name: string | null, change?: { replace: boolean }) => void;
  candidate: number;
}

const MOST_ZOOMED = 704;

/** One step, as large as the window lets it; arrow keys go on to the next. */
function Zoom({ steps, zoomed, onZoom, candidate }: ZoomProps) {
  const { width, height } = useViewportSize();
  const place = steps.findIndex(({ name }) => name === zoomed);
  const step = steps[place];
  const side = useSides(step?.src ?? null)?.width ?? 32;
  const move = (by: number): void => {
    const next = steps[(place + by + steps.length) % steps.length];
    if (step && next) onZoom(next.name, { replace: true });
  };
  useHotkeys([
    ["ArrowLeft", () => move(-1)],
    ["ArrowRight", () => move(1)],
  ]);
  const title = step ? texts.steps[step.name] : "";
  return (
    <Modal
      opened={Boolean(step)}
      onClose={() => onZoom(null)}
      title={title}
      centered
      size="auto"
      closeButtonProps={{ "aria-label": texts.close }}
    >
      {step && (
        <Stack gap="xs" align="center">
          <Face
            src={step.src}
            alt={texts.stepAlt(title, candidate + 1)}
            side={side}
            size={Math.max(side, Math.min(MOST_ZOOMED, width - 72, height - 220))}
            synthetic={step.synthetic}
          />
          <Statement />
          <Text fz="xs" c="dimmed">
            {texts.zoomKeys}
          </Text>
        </Stack>
      )}
    </Modal>
  );
}
