// The tab Quality: warnings, how what was measured is spread, and the worst images.
import { Anchor, Button, Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { Answer } from "../../components/Answer";
import type { Schemas } from "../../lib/api";
import { count, percent } from "../../lib/format";
import { imagePanel, reports as texts } from "../../texts/dataset";
import { facets } from "../../texts/facets";
import classes from "./Quality.module.css";
import { Scope } from "./Scope";
import type { PanelProps } from "./Screen";
import type { View } from "./state";
import { useQuality } from "./useReport";

const MOST_WORST = 24;
const THUMB = 64;

export function Quality({ view }: PanelProps) {
  const report = useQuality(view);
  return (
    <Answer query={report}>
      {(found) => (
        <Stack gap="lg">
          <Stack gap={4}>
            <Text>
              {found.sentence} {found.near_duplicates > 0 && texts.nearDuplicates(found.near_duplicates)}
            </Text>
            <Scope where={found.where} />
          </Stack>
          {found.warnings.length > 0 && <Warnings warnings={found.warnings} view={view} />}
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {found.histograms.map((one) => (
              <Histogram key={one.measure} histogram={one} view={view} />
            ))}
          </SimpleGrid>
          {found.worst.length > 0 && <Worst ids={found.worst.slice(0, MOST_WORST)} view={view} />}
        </Stack>
      )}
    </Answer>
  );
}

const show = (view: View, condition: string): void =>
  view.change({ tab: null, where: [...view.where, condition], at: null });

function Warnings({ warnings, view }: { warnings: Schemas["WarningCount"][]; view: View }) {
  return (
    <Stack gap={4}>
      <Title order={3}>{texts.warnings}</Title>
      <Table fz="sm" maw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.warningColumns.warning}</Table.Th>
            <Table.Th ta="right">{texts.warningColumns.images}</Table.Th>
            <Table.Th ta="right">{texts.warningColumns.share}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {warnings.map((one) => (
            <Table.Tr key={one.warning}>
              <Table.Td>{imagePanel.warnings[one.warning] ?? one.warning}</Table.Td>
              <Table.Td ta="right">{count(one.count)}</Table.Td>
              <Table.Td ta="right">{percent(one.share)}</Table.Td>
              <Table.Td ta="right">
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => show(view, `quality.warning:${one.warning}`)}
                >
                  {texts.show}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

/** Bars that are buttons: each shows its images. */
function Histogram({ histogram, view }: { histogram: Schemas["MeasuredHistogram"]; view: View }) {
  const most = Math.max(1, ...histogram.bins.map((bin) => bin.count));
  const name = facets.names[histogram.measure] ?? histogram.measure;
  return (
    <section aria-label={texts.histogram(name)}>
      <Title order={3} mb={6}>
        {name}
      </Title>
      <Stack gap={2}>
        {histogram.bins.map(({ low, high, count: amount }) => (
          <button
            key={low}
            type="button"
            className={classes.bin}
            disabled={amount === 0}
            onClick={() => show(view, `${histogram.measure}:${low}..${high}`)}
          >
            <span className={classes.range}>
              {low}–{high}
            </span>
            <span className={classes.track}>
              <span className={classes.bar} style={{ width: `${(100 * amount) / most}%` }} />
            </span>
            <span className={classes.count}>{count(amount)}</span>
          </button>
        ))}
      </Stack>
    </section>
  );
}

function Worst({ ids, view }: { ids: string[]; view: View }) {
  return (
    <Stack gap={6}>
      <Title order={3}>{texts.worst}</Title>
      <Group gap={6}>
        {ids.map((id) => (
          <Anchor
            key={id}
            component="button"
            type="button"
            onClick={() => view.change({ tab: null, image: id, sort: "quality.sharpness", at: null })}
          >
            <img
              src={`/v1/images/${id}/content?size=thumb`}
              width={THUMB}
              height={THUMB}
              loading="lazy"
              alt={texts.row(Number(id.split("_").at(-1)))}
              className={classes.thumb}
            />
          </Anchor>
        ))}
      </Group>
    </Stack>
  );
}
