// The files of a version, with their digests.
import { Alert, Anchor, Code, Stack, Table, Text } from "@mantine/core";
import { bytes } from "../../lib/format";
import { model as texts } from "../../texts/model";
import type { TabProps } from "./Screen";

const words = texts.download;

export function DownloadTab({ model, version }: TabProps) {
  if (model.access !== "owner" && !model.download) return <Alert color="gray">{words.notAllowed}</Alert>;
  return (
    <Stack>
      <Text c="dimmed">{words.detail}</Text>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.file}</Table.Th>
              <Table.Th ta="right">{words.size}</Table.Th>
              <Table.Th>{words.digest}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {version.files.map((file) => (
              <Table.Tr key={file.name}>
                <Table.Td>
                  <Anchor href={file.url} download={file.name}>
                    {file.name}
                  </Anchor>
                </Table.Td>
                <Table.Td ta="right">{bytes(file.bytes)}</Table.Td>
                <Table.Td>
                  <Code title={file.digest}>{file.digest.replace("sha256:", "").slice(0, 16)}…</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
