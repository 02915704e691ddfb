// The numbers of a curve: some hundred rows to read, all of them to save.
import { Button, Drawer, Group, Stack, Table, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { count, decimals, percent, plural } from "../lib/format";
import { texts } from "../texts";
import { type CurveData, csvOf, evenRows } from "./curveLines";

interface CurveTableProps {
  title: string;
  data: CurveData;
  isShare: boolean;
  opened: boolean;
  onClose: () => void;
}

const MOST_ROWS = 200;

export function CurveTable({ title, data, isShare, opened, onClose }: CurveTableProps) {
  const rows = opened ? evenRows(data.at.length, MOST_ROWS) : [];
  const shown = (value: number | null | undefined): string =>
    value === null || value === undefined ? "–" : isShare ? percent(value) : decimals(value, 4);
  return (
    <Drawer opened={opened} onClose={onClose} title={title} position="right" size="lg">
      <Stack>
        <Group justify="space-between">
          <Text fz="sm" c="dimmed">
            {plural(rows.length, "row")} of {count(data.at.length)}
          </Text>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => save(`${title}.csv`, csvOf(data))}
          >
            {texts.common.saveCsv}
          </Button>
        </Group>
        <Table.ScrollContainer minWidth={360} aria-label={title}>
          <Table striped fz="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{data.unit}</Table.Th>
                {data.lines.map((line) => (
                  <Table.Th key={line.label}>{line.label}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row}>
                  <Table.Td>{count(data.at[row] ?? 0)}</Table.Td>
                  {data.lines.map((line) => (
                    <Table.Td key={line.label}>{shown(line.values[row])}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Stack>
    </Drawer>
  );
}

function save(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
