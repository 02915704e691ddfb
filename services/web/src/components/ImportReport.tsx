// The tables of an import's report: rows that were not taken, and what a dry run makes of the columns.
import { Badge, Code, ScrollArea, Select, Stack, Table, Text, Title } from "@mantine/core";
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

export type AttributeType = Schemas["AttributeView"]["type"];

export interface PreviewedAttribute {
  attribute: string;
  type: AttributeType;
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

/** What a dry run told of the attributes. */
export const previewOf = (schema: unknown): PreviewedAttribute[] =>
  Array.isArray(schema) ? (schema as PreviewedAttribute[]) : [];

/** Types that were chosen instead of the guessed ones. */
export interface TypeChoice {
  chosen: Record<string, AttributeType>;
  choose: (attribute: string, type: AttributeType) => void;
}

const TYPES = Object.keys(texts.types) as AttributeType[];

/** An enum names its values: it can be one where the preview has them all. */
const suitsType = (type: AttributeType, { distinct, values }: PreviewedAttribute): boolean =>
  type !== "enum" || (values.length > 0 && values.length === distinct);

interface SchemaPreviewProps {
  schema: unknown;
  /** Where the types can still be chosen: no image has values yet. */
  choice?: TypeChoice | undefined;
}

export function SchemaPreview({ schema, choice }: SchemaPreviewProps) {
  const attributes = previewOf(schema);
  return (
    <Stack gap={4}>
      <Title order={3}>{texts.schema}</Title>
      {choice && attributes.length > 0 && (
        <Text fz="sm" c="dimmed">
          {texts.typesHow}
        </Text>
      )}
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
                    {choice ? (
                      <Select
                        size="xs"
                        w={140}
                        aria-label={texts.typeOf(one.attribute)}
                        data={TYPES.filter((type) => type === one.type || suitsType(type, one)).map(
                          (value) => ({
                            value,
                            label: texts.types[value],
                          }),
                        )}
                        value={choice.chosen[one.attribute] ?? one.type}
                        allowDeselect={false}
                        onChange={(type) => type && choice.choose(one.attribute, type as AttributeType)}
                      />
                    ) : (
                      <Badge variant="light" tt="none">
                        {texts.types[one.type]}
                      </Badge>
                    )}{" "}
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
