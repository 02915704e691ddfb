// The tables of an import's report: rows that were not taken, and what a dry run makes of the columns.
import { Badge, Code, ScrollArea, Stack, Table, Text, Title } from "@mantine/core";
import type { Schemas } from "../lib/api";
import { count } from "../lib/format";
import { imports as texts } from "../texts/imports";

const MOST_ROWS = 200; // as the CSV has them all, and the page stays quick

export function RejectedRows({ rows, all }: { rows: Schemas["RejectedRow"][]; all: unknown }) {
  const total = typeof all === "number" ? all : rows.length;
  return (
    <Stack gap={4}>
      <Title order={3}>{texts.rowsCaption}</Title>
      <ScrollArea.Autosize
        mah={280}
        viewportProps={{ tabIndex: 0, "aria-label": texts.rowsCaption, role: "region" }}
      >
        <Table stickyHeader fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={64}>{texts.columns.row}</Table.Th>
              <Table.Th>{texts.columns.file}</Table.Th>
              <Table.Th>{texts.columns.what}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, MOST_ROWS).map(({ row, file, pointer, detail }) => (
              <Table.Tr key={`${row} ${file} ${pointer} ${detail}`}>
                <Table.Td>{row ?? ""}</Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{file}</Table.Td>
                <Table.Td>
                  {pointer && <Code>{pointer.replace(/^\//, "")}</Code>} {detail}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {total > MOST_ROWS && (
        <Text fz="xs" c="dimmed">
          {texts.firstRows(Math.min(rows.length, MOST_ROWS), total)}
        </Text>
      )}
    </Stack>
  );
}

interface PreviewedAttribute {
  attribute: string;
  type: string;
  distinct: number;
  missing: number;
  values: { value: string; count: number }[];
  minimum?: number;
  maximum?: number;
  suits?: string;
}

/** Values in a few words: the range of numbers, else the commonest by name. */
function valuesInWords({ values, minimum, maximum, distinct }: PreviewedAttribute): string {
  if (minimum != null && maximum != null) return `${minimum} to ${maximum}`;
  const named = values.slice(0, 8).map(({ value }) => value);
  return named.join(", ") + (distinct > named.length ? `, ${count(distinct - named.length)} more` : "");
}

export function SchemaPreview({ schema }: { schema: unknown }) {
  const attributes = Array.isArray(schema) ? (schema as PreviewedAttribute[]) : [];
  return (
    <Stack gap={4}>
      <Title order={3}>{texts.schema}</Title>
      {attributes.length === 0 ? (
        <Text fz="sm" c="dimmed">
          {texts.noAttributes}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={420}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.schemaColumns.attribute}</Table.Th>
                <Table.Th>{texts.schemaColumns.type}</Table.Th>
                <Table.Th>{texts.schemaColumns.values}</Table.Th>
                <Table.Th ta="right">{texts.schemaColumns.missing}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {attributes.map((one) => (
                <Table.Tr key={one.attribute}>
                  <Table.Td fw={600}>{one.attribute}</Table.Td>
                  <Table.Td>
                    <Badge variant="light" tt="none">
                      {one.type}
                    </Badge>{" "}
                    {one.suits && (
                      <Text span fz="xs" c="dimmed">
                        {texts.couldBeEnum}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{valuesInWords(one)}</Table.Td>
                  <Table.Td ta="right">{count(one.missing)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}
