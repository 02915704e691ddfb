// The tab Coverage: two attributes as a matrix, with the combinations that no image has.
import { Group, List, Select, Stack, Table, Text, Title } from "@mantine/core";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import type { Schemas } from "../../lib/api";
import { count } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { reports as texts } from "../../texts/dataset";
import classes from "./Coverage.module.css";
import { LeftOut, Scope } from "./Scope";
import type { PanelProps } from "./Screen";
import type { View } from "./state";
import { useCoverage } from "./useReport";

type Pair = Schemas["PairCoverageView"];

const MOST_NAMED = 12;

export function Coverage({ view }: PanelProps) {
  const report = useCoverage(view);
  return (
    <Answer
      query={report}
      isEmpty={({ pairs }) => pairs.length === 0}
      empty={<EmptyState title={texts.onePair} detail={texts.onePairDetail} />}
    >
      {(found) => (
        <Stack gap="md">
          <Text maw={760}>{found.sentence}</Text>
          <Scope where={found.where} />
          <Chosen pairs={found.pairs} view={view} />
          {found.whole && found.whole.attributes.length > 2 && (
            <Text>
              {found.whole.sentence} {texts.couldReturn(found.whole.returnable)}
            </Text>
          )}
          <LeftOut attributes={found.left_out} />
        </Stack>
      )}
    </Answer>
  );
}

/** The pair that the address names, else the first one with gaps, else the first whose attributes both vary. */
function chosenPair(pairs: Pair[], rows: string, columns: string): Pair | undefined {
  const named = pairs.find(({ attributes }) => attributes.includes(rows) && attributes.includes(columns));
  const gaps = pairs.find(({ missing }) => missing > 0);
  const varied = pairs.find(({ values }) => values.every((one) => one.length > 1));
  return named ?? gaps ?? varied ?? pairs[0];
}

function Chosen({ pairs, view }: { pairs: Pair[]; view: View }) {
  const [rows] = useUrlWord("rows");
  const [columns] = useUrlWord("columns");
  const names = [...new Set(pairs.flatMap(({ attributes }) => attributes))];
  const pair = chosenPair(pairs, rows, columns);
  if (!pair) return null;
  const [first = "", second = ""] = pair.attributes;
  const isTurned = rows === second && rows !== "";
  const [down, across] = isTurned ? [second, first] : [first, second];
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Select
          label={texts.rows}
          data={names.filter((name) => name !== across)}
          value={down}
          allowDeselect={false}
          onChange={(name) => view.change({ rows: name, columns: across })}
        />
        <Select
          label={texts.columns}
          data={names.filter((name) => name !== down)}
          value={across}
          allowDeselect={false}
          onChange={(name) => view.change({ rows: down, columns: name })}
        />
      </Group>
      <Matrix pair={pair} isTurned={isTurned} />
      <Text>
        {pair.sentence} {texts.couldReturn(pair.returnable)}
      </Text>
      <Missing pair={pair} />
    </Stack>
  );
}

function Matrix({ pair, isTurned }: { pair: Pair; isTurned: boolean }) {
  const [one = [], other = []] = pair.values;
  const [downValues, acrossValues] = isTurned ? [other, one] : [one, other];
  const [down = "", across = ""] = isTurned ? pair.attributes.toReversed() : pair.attributes;
  const at = (row: number, column: number): number =>
    (isTurned ? pair.counts[column]?.[row] : pair.counts[row]?.[column]) ?? 0;
  const most = Math.max(1, ...pair.counts.flat());
  return (
    <Table.ScrollContainer
      minWidth={120 + 64 * acrossValues.length}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
    >
      <Table withTableBorder withColumnBorders className={classes.matrix} w="auto">
        <caption className="visually-hidden">{texts.matrix(down, across)}</caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">
              {down} \ {across}
            </Table.Th>
            {acrossValues.map((value) => (
              <Table.Th key={value} scope="col" ta="center">
                {value}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {downValues.map((value, row) => (
            <Table.Tr key={value}>
              <Table.Th scope="row">{value}</Table.Th>
              {acrossValues.map((acrossValue, column) => {
                const amount = at(row, column);
                return (
                  <Table.Td
                    key={acrossValue}
                    ta="center"
                    className={amount ? classes.filled : classes.gap}
                    style={
                      amount ? { "--share": `${Math.round(8 + 32 * Math.sqrt(amount / most))}%` } : undefined
                    }
                  >
                    {amount ? count(amount) : texts.none}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Missing({ pair }: { pair: Pair }) {
  if (pair.missing === 0)
    return (
      <Text fz="sm" c="dimmed">
        {texts.complete}
      </Text>
    );
  const named = pair.missing_combinations.slice(0, MOST_NAMED).map((one) =>
    Object.entries(one)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );
  return (
    <Stack gap={4}>
      <Title order={3}>{texts.missing}</Title>
      <List size="sm">
        {named.map((one) => (
          <List.Item key={one}>{one}</List.Item>
        ))}
        {pair.missing > named.length && (
          <List.Item>{texts.moreMissing(pair.missing - named.length)}</List.Item>
        )}
      </List>
    </Stack>
  );
}
