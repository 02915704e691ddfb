// The tab Confounds: attributes that travel together, what goes wrong, and what to collect.
import { Badge, Group, List, Paper, Progress, Stack, Table, Text, Title } from "@mantine/core";
import { IconArrowsSplit2 } from "@tabler/icons-react";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import type { Schemas } from "../../lib/api";
import { count, decimals, percent } from "../../lib/format";
import { reports as texts } from "../../texts/dataset";
import { LeftOut, Scope } from "./Scope";
import type { PanelProps } from "./Screen";
import { useConfounds } from "./useReport";

const MOST_PAIRS = 50;
const KIND_COLORS = { inseparable: "red", mostly_together: "orange", always_together: "yellow" };

export function Confounds({ view }: PanelProps) {
  const report = useConfounds(view);
  return (
    <Answer query={report}>
      {(found) => (
        <Stack gap="md">
          <Text>{found.sentence}</Text>
          <Scope where={found.where} />
          {found.confounds.length === 0 && (
            <EmptyState
              icon={<IconArrowsSplit2 size={36} stroke={1.3} aria-hidden />}
              title={texts.noConfounds}
              detail={texts.noConfoundsDetail}
            />
          )}
          {found.confounds.map((one) => (
            <Confound key={one.attributes.join(" ")} confound={one} />
          ))}
          {found.pairs.length > 0 && <Pairs pairs={found.pairs.slice(0, MOST_PAIRS)} />}
          {found.fixed.length > 0 && (
            <Text fz="sm">
              {texts.fixed}: {found.fixed.map(({ attribute, value }) => `${attribute} ${value}`).join(", ")}.
            </Text>
          )}
          <LeftOut attributes={found.left_out} />
        </Stack>
      )}
    </Answer>
  );
}

function Confound({ confound }: { confound: Schemas["ConfoundView"] }) {
  return (
    <Paper withBorder p="md" component="article">
      <Stack gap="xs">
        <Group gap="xs">
          <Title order={3}>{confound.attributes.join(" + ")}</Title>
          <Badge tt="none" variant="light" color={KIND_COLORS[confound.kind]}>
            {texts.kinds[confound.kind]}
          </Badge>
          {confound.link && (
            <Text fz="sm">
              {texts.strength} {percent(confound.link.effect)}
            </Text>
          )}
        </Group>
        <Text maw={760}>{confound.sentence}</Text>
        {confound.collect.length > 0 && (
          <>
            <Text fz="sm" fw={600}>
              {texts.collect}
            </Text>
            <List size="sm">
              {confound.collect.map((wanted) => {
                const said = Object.entries(wanted)
                  .map(([name, value]) => `${name} ${value}`)
                  .join(", ");
                return <List.Item key={said}>{said}</List.Item>;
              })}
            </List>
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Pairs({ pairs }: { pairs: Schemas["LinkView"][] }) {
  return (
    <Stack gap={4}>
      <Title order={3}>{texts.pairs}</Title>
      <Table.ScrollContainer minWidth={560}>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.pairColumns.pair}</Table.Th>
              <Table.Th w={200}>{texts.pairColumns.strength}</Table.Th>
              <Table.Th ta="right">{texts.pairColumns.bits}</Table.Th>
              <Table.Th ta="right">{texts.pairColumns.p}</Table.Th>
              <Table.Th ta="right">{texts.pairColumns.images}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pairs.map(({ attributes, effect, mutual_information, p_adjusted, images }) => (
              <Table.Tr key={attributes.join(" ")}>
                <Table.Td>{attributes.join(" + ")}</Table.Td>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap">
                    <Progress
                      value={100 * effect}
                      flex={1}
                      aria-label={`${texts.strength}, ${attributes.join(" + ")}`}
                    />
                    <Text span fz="sm" w={52} ta="right">
                      {percent(effect)}
                    </Text>
                  </Group>
                </Table.Td>
                <Table.Td ta="right">{decimals(Math.max(0, mutual_information), 3)}</Table.Td>
                <Table.Td ta="right">{p_adjusted < 0.001 ? "< 0.001" : decimals(p_adjusted, 3)}</Table.Td>
                <Table.Td ta="right">{count(images)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
