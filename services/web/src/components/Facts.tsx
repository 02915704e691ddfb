// An open object of the API as a table: one row a value, names in words, numbers as numbers.
import { Table } from "@mantine/core";
import { count, decimals } from "../lib/format";

const DEEPEST = 3;
const MOST_ROWS = 60;

/** Rows of a nested object: "recognition, covered" and "0.37". */
export function rowsOf(value: unknown, name = "", depth = 0): [string, string][] {
  if (value === null || value === undefined) return [];
  if (typeof value === "number")
    return [[name, Number.isInteger(value) ? count(value) : decimals(value, Math.abs(value) < 0.01 ? 5 : 3)]];
  if (typeof value === "string") return [[name, value]];
  if (typeof value === "boolean") return [[name, value ? "yes" : "no"]];
  if (depth >= DEEPEST) return [];
  const entries = Array.isArray(value)
    ? value.map((item, place) => [String(place + 1), item] as const)
    : Object.entries(value);
  return entries.flatMap(([key, item]) => {
    const word = key.replaceAll("_", " ");
    return rowsOf(item, name ? `${name}, ${word}` : word, depth + 1);
  });
}

export function Facts({ value }: { value: unknown }) {
  return (
    <Table verticalSpacing={4} maw={560}>
      <Table.Tbody>
        {rowsOf(value)
          .slice(0, MOST_ROWS)
          .map(([name, text]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                {name}
              </Table.Th>
              <Table.Td ta="right">{text}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}
