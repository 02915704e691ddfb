// Files, folders, and archives: dropped, or chosen by button.
import { Anchor, Button, Group, Input, Stack, Text } from "@mantine/core";
import { IconFileZip, IconUpload } from "@tabler/icons-react";
import { useId, useRef, useState } from "react";
import { arranged, filesOfDrop, filesOfInput, isWanted } from "../../../lib/droppedFiles";
import { bytes } from "../../../lib/format";
import type { NamedFile } from "../../../lib/zip";
import { importing as texts } from "../../../texts/datasets";
import classes from "./DropZone.module.css";

interface DropZoneProps {
  files: NamedFile[];
  leftOut: number;
  error?: string | undefined;
  onChange: (files: NamedFile[], leftOut: number) => void;
}

export function DropZone({ files, leftOut, error, onChange }: DropZoneProps) {
  const [isOver, setIsOver] = useState(false);
  const id = useId();
  const take = (found: NamedFile[]): void => {
    const wanted = found.filter(({ path }) => isWanted(path));
    const paths = new Set(wanted.map(({ path }) => path));
    onChange(
      [...files.filter(({ path }) => !paths.has(path)), ...wanted],
      leftOut + found.length - wanted.length,
    );
  };
  return (
    <Input.Wrapper error={error} errorProps={{ id: `${id}-error` }}>
      <section
        aria-label={texts.drop}
        aria-describedby={error ? `${id}-error` : undefined}
        className={classes.zone}
        data-over={isOver || undefined}
        data-error={error ? true : undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={async (event) => {
          event.preventDefault();
          setIsOver(false);
          take(await filesOfDrop(event.dataTransfer.items));
        }}
      >
        {files.length === 0 ? (
          <Stack align="center" gap={6}>
            <IconUpload size={30} stroke={1.4} aria-hidden />
            <Text fw={600} ta="center">
              {texts.drop}
            </Text>
            <Text fz="sm" c="dimmed" ta="center" maw={520}>
              {texts.dropHow}
            </Text>
            <Choose onFiles={take} />
          </Stack>
        ) : (
          <Chosen files={files} leftOut={leftOut} onFiles={take} onClear={() => onChange([], 0)} />
        )}
      </section>
    </Input.Wrapper>
  );
}

function Choose({ onFiles }: { onFiles: (files: NamedFile[]) => void }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const read = ({ currentTarget }: React.ChangeEvent<HTMLInputElement>): void => {
    if (currentTarget.files) onFiles(filesOfInput(currentTarget.files));
    currentTarget.value = ""; // the same files can be chosen again
  };
  return (
    <Group gap="xs" justify="center">
      <Button size="xs" variant="default" onClick={() => files.current?.click()}>
        {texts.chooseFiles}
      </Button>
      <Button size="xs" variant="default" onClick={() => folder.current?.click()}>
        {texts.chooseFolder}
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={texts.chooseFiles}
        accept="image/png,image/jpeg,image/webp,.csv,.json,.jsonl,.zip"
        onChange={read}
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label={texts.chooseFolder}
        onChange={read}
        {...{ webkitdirectory: "" }}
      />
    </Group>
  );
}

interface ChosenProps {
  files: NamedFile[];
  leftOut: number;
  onFiles: (files: NamedFile[]) => void;
  onClear: () => void;
}

function Chosen({ files, leftOut, onFiles, onClear }: ChosenProps) {
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <Stack gap="xs" align="center">
      <Group gap="xs" wrap="nowrap">
        <IconFileZip size={22} stroke={1.4} aria-hidden />
        <Text fw={600}>{texts.chosen(files.length, bytes(size))}</Text>
      </Group>
      <Text fz="sm" c="dimmed" ta="center">
        {[tableSentence(files), leftOut ? `${texts.leftOut(leftOut)}.` : ""].filter(Boolean).join(" ")}
      </Text>
      <Group gap="sm">
        <Choose onFiles={onFiles} />
        <Anchor component="button" type="button" fz="sm" onClick={onClear}>
          {texts.removeFiles}
        </Anchor>
      </Group>
    </Stack>
  );
}

/** Which table of attributes goes along; an archive keeps that to itself. */
function tableSentence(files: NamedFile[]): string {
  if (files.some(({ path }) => /\.zip$/i.test(path))) return "";
  const tables = files.filter(({ path }) => /\.(csv|jsonl?)$/i.test(path));
  const [table] = tables;
  if (!table) return texts.noTable;
  const isNamed = arranged(files).some(({ path, file }) => file === table.file && table.path.endsWith(path));
  return isNamed ? `With ${texts.tables(table.path)}.` : texts.otherTable(table.path);
}
