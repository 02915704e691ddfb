// The editor's tools.
import {
  ActionIcon,
  CloseButton,
  ColorSwatch,
  Group,
  SegmentedControl,
  Slider,
  Stack,
  Text,
  Tooltip,
} from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconContrast,
  IconMinus,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { editor as texts } from "../../../texts/editor";
import { cssOf } from "./colourRange";
import { emptyMask, grown, inverted, shrunk } from "./mask";
import { type EditorState, largestBrush, type Tool } from "./useEditor";

interface ToolbarProps {
  editor: EditorState;
  feather: number;
  onFeather: (feather: number) => void;
}

const WIDEST_FEATHER = 8;
const LARGEST_TOLERANCE = 96;

export function Toolbar({ editor, feather, onFeather }: ToolbarProps) {
  const { mask, apply } = editor;
  return (
    <Stack gap="md">
      <SegmentedControl
        fullWidth
        aria-label={texts.tool}
        data={(["brush", "eraser", "colour"] as const).map((value) => ({ value, label: texts.tools[value] }))}
        value={editor.tool}
        onChange={(tool) => editor.setTool(tool as Tool)}
      />
      {editor.tool === "colour" ? (
        <ColourRange editor={editor} />
      ) : (
        <Labelled name={texts.size} value={editor.size}>
          <Slider
            min={1}
            max={largestBrush(mask)}
            value={editor.size}
            onChange={editor.setSize}
            label={null}
            thumbLabel={texts.size}
          />
        </Labelled>
      )}
      <Group gap="xs">
        <Press
          label={texts.undo}
          icon={<IconArrowBackUp size={18} />}
          onPress={editor.undo}
          isOff={!editor.canUndo}
        />
        <Press
          label={texts.redo}
          icon={<IconArrowForwardUp size={18} />}
          onPress={editor.redo}
          isOff={!editor.canRedo}
        />
        <Press label={texts.grow} icon={<IconPlus size={18} />} onPress={() => apply(grown(mask))} />
        <Press label={texts.shrink} icon={<IconMinus size={18} />} onPress={() => apply(shrunk(mask))} />
        <Press label={texts.invert} icon={<IconContrast size={18} />} onPress={() => apply(inverted(mask))} />
        <Press
          label={texts.clear}
          icon={<IconTrash size={18} />}
          onPress={() => apply(emptyMask(mask.width, mask.height))}
        />
      </Group>
      <Labelled name={texts.feather} value={texts.pixels(feather)}>
        <Slider
          min={0}
          max={WIDEST_FEATHER}
          value={feather}
          onChange={onFeather}
          label={null}
          thumbLabel={texts.feather}
        />
      </Labelled>
    </Stack>
  );
}

function Press(props: { label: string; icon: ReactNode; onPress: () => void; isOff?: boolean }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        size="lg"
        variant="default"
        aria-label={props.label}
        onClick={props.onPress}
        disabled={props.isOff ?? false}
      >
        {props.icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Labelled({ name, value, children }: { name: string; value: ReactNode; children: ReactNode }) {
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text fz="sm" fw={500}>
          {name}
        </Text>
        <Text fz="sm" c="dimmed">
          {value}
        </Text>
      </Group>
      {children}
    </div>
  );
}

function ColourRange({ editor }: { editor: EditorState }) {
  return (
    <Stack gap="xs">
      <Text fz="sm" c="dimmed">
        {texts.pickHow}
      </Text>
      <Group gap="xs">
        {editor.colours.map((colour) => (
          <Group key={colour.join()} gap={2} wrap="nowrap">
            <ColorSwatch color={cssOf(colour)} size={22} aria-hidden />
            <CloseButton
              size="sm"
              aria-label={texts.unpick(colour.join(", "))}
              onClick={() => editor.unpick(colour)}
            />
          </Group>
        ))}
      </Group>
      <Labelled name={texts.tolerance} value={editor.tolerance}>
        <Slider
          min={0}
          max={LARGEST_TOLERANCE}
          value={editor.tolerance}
          onChange={editor.setTolerance}
          label={null}
          thumbLabel={texts.tolerance}
        />
      </Labelled>
    </Stack>
  );
}
