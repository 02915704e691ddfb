// The layers of a network: type, output shape, parameters; the sums are those of the rows.
import { Table } from "@mantine/core";
import type { Layers } from "../lib/card";
import { count } from "../lib/format";
import { model } from "../texts/model";

const words = model.structure;

export function LayerTable({ layers }: { layers: Layers }) {
  return (
    <Table verticalSpacing={4} captionSide="bottom">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.layer}</Table.Th>
          <Table.Th>{words.output}</Table.Th>
          <Table.Th ta="right">{words.parameters}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {layers.rows.map((row, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: layers have no names, and never move
          <Table.Tr key={place}>
            <Table.Td>{row.type}</Table.Td>
            <Table.Td>{row.output.join(" × ")}</Table.Td>
            <Table.Td ta="right">{count(row.parameters)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr>
          <Table.Th colSpan={2}>{words.total}</Table.Th>
          <Table.Th ta="right">{count(layers.total)}</Table.Th>
        </Table.Tr>
        <Table.Tr>
          <Table.Td colSpan={2}>{words.trainable}</Table.Td>
          <Table.Td ta="right">{count(layers.trainable)}</Table.Td>
        </Table.Tr>
      </Table.Tfoot>
    </Table>
  );
}
