// Lines over steps: each told apart by dash as well as by colour, all numbers as a table behind a button.
import { Button, Group, Paper, Skeleton, Stack, Text, Title, useComputedColorScheme } from "@mantine/core";
import { IconTable } from "@tabler/icons-react";
import { lazy, Suspense, useId, useMemo, useState } from "react";
import { count, decimals, percent } from "../lib/format";
import { texts } from "../texts";
import { CurveTable } from "./CurveTable";
import { type CurveBand, type CurveData, colourOf, dashOf, thinned } from "./curveLines";

const CurvePlot = lazy(() => import("./CurvePlot"));

interface CurveProps extends CurveData {
  title: string;
  detail?: string;
  /** Steps on a logarithmic axis. */
  isLog?: boolean;
  /** Values are shares in [0, 1], shown as per cent. */
  isShare?: boolean;
  band?: CurveBand;
  /** Steps that are marked on the axis. */
  marks?: number[];
  height?: number;
  /** Curves of one group that get the same points: their cursors move together. */
  group?: string;
  /** The row under the cursor, shared by a group. */
  hovered?: number | null;
  onHover?: (row: number | null) => void;
}

export function Curve({ title, detail, unit, at, lines, band, ...options }: CurveProps) {
  const { isLog = false, isShare = false, marks = [], height = 220, hovered = null, onHover } = options;
  const ownGroup = useId();
  const [isTable, setIsTable] = useState(false);
  const data = useMemo(() => thinned({ unit, at, lines }), [unit, at, lines]);
  const row = hovered !== null && hovered < data.at.length ? hovered : data.at.length - 1;
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Title order={2} fz="md">
            {title}
          </Title>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconTable size={16} aria-hidden />}
            onClick={() => setIsTable(true)}
            aria-label={`${texts.common.asTable}: ${title}`}
          >
            {texts.common.asTable}
          </Button>
        </Group>
        {detail && (
          <Text fz="sm" c="dimmed">
            {detail}
          </Text>
        )}
        <Suspense fallback={<Skeleton h={height} />}>
          <CurvePlot
            {...data}
            isLog={isLog}
            isShare={isShare}
            band={band}
            marks={marks}
            height={height}
            group={options.group ?? ownGroup}
            onHover={onHover ?? (() => undefined)}
          />
        </Suspense>
        <Legend data={data} row={row} isShare={isShare} band={band} />
      </Stack>
      <CurveTable
        title={title}
        data={data}
        isShare={isShare}
        opened={isTable}
        onClose={() => setIsTable(false)}
      />
    </Paper>
  );
}

interface LegendProps {
  data: CurveData;
  row: number;
  isShare: boolean;
  band?: CurveBand | undefined;
}

/** The lines by name with their values at the cursor, else the last ones. */
function Legend({ data, row, isShare, band }: LegendProps) {
  const scheme = useComputedColorScheme("light");
  const place = data.at[row];
  return (
    <Stack gap={2}>
      <Text fz="xs" c="dimmed">
        {place === undefined ? "" : `${data.unit} ${count(place)}`}
      </Text>
      {data.lines.map((line, number) => {
        const value = lastKnown(line.values, row);
        return (
          <Group key={line.label} gap="xs" wrap="nowrap" justify="space-between">
            <Group gap="xs" wrap="nowrap" miw={0}>
              <svg width={26} height={8} aria-hidden="true" style={{ flexShrink: 0 }}>
                <line
                  x1={0}
                  x2={26}
                  y1={4}
                  y2={4}
                  stroke={colourOf(number, scheme)}
                  strokeWidth={2.5}
                  strokeDasharray={dashOf(number).join(" ")}
                />
              </svg>
              <Text fz="sm">{line.label}</Text>
            </Group>
            <Text fz="sm" fw={600} style={{ fontVariantNumeric: "tabular-nums" }}>
              {value === null ? "–" : isShare ? percent(value) : decimals(value, 3)}
            </Text>
          </Group>
        );
      })}
      {band && (
        <Group gap="xs" wrap="nowrap">
          <svg width={26} height={12} aria-hidden="true" style={{ flexShrink: 0 }}>
            <rect width={26} height={12} fill={colourOf(0, scheme)} opacity={0.25} />
          </svg>
          <Text fz="sm" c="dimmed">
            {band.label}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

/** Some lines have a point at some steps only: the last one until then counts. */
function lastKnown(values: (number | null)[], row: number): number | null {
  for (let at = row; at >= 0; at -= 1) {
    const value = values[at];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
