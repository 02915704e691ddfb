// What a curve is made of, and how its lines are told apart: by dash as well as by colour.
export interface CurveLine {
  label: string;
  /** One a point; null where nothing was measured. */
  values: (number | null)[];
}

export interface CurveBand {
  from: number;
  to: number;
  label: string;
}

export interface CurveData {
  /** What is counted along the axis: "step", "epoch". */
  unit: string;
  /** Ascending. */
  at: number[];
  lines: CurveLine[];
}

export const MOST_POINTS = 2000;

// Those of the pictures that a model keeps of its training; colour-blind readers tell them apart. 3:1 on both grounds.
const COLOURS = {
  light: ["#0072b2", "#c75800", "#00855f", "#9a4f86"],
  dark: ["#56b4e9", "#f0894a", "#3fc79a", "#dd9cc7"],
} as const;
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]] as const;

export type Scheme = keyof typeof COLOURS;

export const colourOf = (line: number, scheme: Scheme): string =>
  COLOURS[scheme][line % COLOURS[scheme].length] ?? COLOURS[scheme][0];

export const dashOf = (line: number): number[] => [...(DASHES[line % DASHES.length] ?? [])];

/** Evenly chosen rows, at most so many, with the first and the last: what a plot or a table shows of many. */
export function evenRows(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, row) => row);
  const stride = (length - 1) / (most - 1);
  return Array.from({ length: most }, (_, place) => Math.round(place * stride));
}

/** The same curve with no more points than are drawn. */
export function thinned(data: CurveData, most: number = MOST_POINTS): CurveData {
  if (data.at.length <= most) return data;
  const rows = evenRows(data.at.length, most);
  const chosen = <Value>(values: Value[]): Value[] => rows.map((row) => values[row] as Value);
  return {
    ...data,
    at: chosen(data.at),
    lines: data.lines.map((line) => ({ ...line, values: chosen(line.values) })),
  };
}

/** All points as comma-separated values, full precision. */
export function csvOf({ unit, at, lines }: CurveData): string {
  const quoted = (word: string): string => `"${word.replaceAll('"', '""')}"`;
  const head = [unit, ...lines.map((line) => line.label)].map(quoted).join(",");
  const rows = at.map((place, row) => [place, ...lines.map((line) => line.values[row] ?? "")].join(","));
  return `${[head, ...rows].join("\n")}\n`;
}
