// The drawing of a curve, by uPlot; fetched when the first one is shown.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count, decimals, percent } from "../lib/format";
import { type CurveBand, type CurveData, colourOf, dashOf, type Scheme } from "./curveLines";

export interface CurvePlotProps extends CurveData {
  isLog: boolean;
  isShare: boolean;
  band?: CurveBand | undefined;
  marks: number[];
  height: number;
  /** Curves of one group move their cursors together. */
  group: string;
  onHover: (row: number | null) => void;
}

const INK: Record<Scheme, { text: string; grid: string; band: string }> = {
  light: { text: "#495057", grid: "#e9ecef", band: "rgb(0 114 178 / 10%)" },
  dark: { text: "#c9c9c9", grid: "#3b3b3b", band: "rgb(86 180 233 / 16%)" },
};
const FONT = '11px system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

export default function CurvePlot(props: CurvePlotProps) {
  const { at, lines, unit, isLog, isShare, band, group, height } = props;
  const scheme = useComputedColorScheme("light");
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const labels = lines.map((line) => line.label).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew only when its form changes; points come by setData
  useEffect(() => {
    const place = box.current;
    if (!place) return undefined;
    const made = new uPlot(optionsOf(newest, scheme, place.clientWidth), dataOf(newest.current), place);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height }));
    resized.observe(place);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [scheme, labels, unit, isLog, isShare, band?.from, band?.to, group, height]);
  useEffect(() => {
    plot.current?.setData(dataOf({ at, lines }));
  }, [at, lines]);
  return <div ref={box} aria-hidden style={{ height }} />;
}

const dataOf = ({ at, lines }: Pick<CurveData, "at" | "lines">): uPlot.AlignedData => [
  at,
  ...lines.map((line) => line.values),
];

function optionsOf(newest: { current: CurvePlotProps }, scheme: Scheme, width: number): uPlot.Options {
  const { lines, isLog, isShare, group, height } = newest.current;
  const ink = INK[scheme];
  const axis = { stroke: ink.text, font: FONT, grid: { stroke: ink.grid, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: group }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, distr: isLog ? 3 : 1 },
      y: isShare ? { range: [0, 1.02] } : {},
    },
    axes: [
      {
        ...axis,
        size: 22,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : shortCount(tick))),
      },
      {
        ...axis,
        size: 48,
        values: (_, ticks) =>
          ticks.map((tick) => (isShare ? percent(tick) : decimals(tick, tick < 10 ? 1 : 0))),
      },
    ],
    series: [
      {},
      ...lines.map((line, number) => ({
        label: line.label,
        stroke: colourOf(number, scheme),
        width: newest.current.at.length > 300 ? 1.25 : 1.75,
        dash: dashOf(number),
        spanGaps: true,
        points: { show: newest.current.at.length < 2 },
      })),
    ],
    hooks: {
      drawClear: [(plot) => drawBand(plot, newest.current.band, ink.band)],
      draw: [(plot) => drawMarks(plot, newest.current.marks, ink.text)],
      setCursor: [(plot) => newest.current.onHover(plot.cursor.idx ?? null)],
    },
  };
}

const shortCount = (value: number): string =>
  value >= 10_000 ? `${count(value / 1000)}k` : Number.isInteger(value) ? count(value) : "";

function drawBand(plot: uPlot, band: CurveBand | undefined, colour: string): void {
  if (!band) return;
  const top = plot.valToPos(band.to, "y", true);
  plot.ctx.fillStyle = colour;
  plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, plot.valToPos(band.from, "y", true) - top);
}

/** Small triangles on the axis, where pictures or a state were kept. */
function drawMarks(plot: uPlot, marks: number[], colour: string): void {
  const { ctx, bbox } = plot;
  const size = 4 * devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  ctx.fillStyle = colour;
  for (const mark of marks) {
    const x = plot.valToPos(mark, "x", true);
    if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
    ctx.beginPath();
    ctx.moveTo(x, bottom - size * 1.6);
    ctx.lineTo(x - size, bottom);
    ctx.lineTo(x + size, bottom);
    ctx.fill();
  }
}
