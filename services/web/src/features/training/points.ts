// The points of the curves: what was read, and what came since, never more than are drawn.
import { evenRows, MOST_POINTS } from "../../components/curveLines";
import type { Schemas } from "../../lib/api";

export type Point = Pick<Schemas["MetricPoint"], "step" | "values">;

/** Points of an event `job.metric`; `step` and `seconds` are no curves. */
export function pointsOf(data: Record<string, unknown>): Point[] {
  const told = Array.isArray(data.points) ? (data.points as Record<string, unknown>[]) : [];
  return told.map((point) => ({
    step: Number(point.step),
    values: Object.fromEntries(
      Object.entries(point).filter(
        (entry): entry is [string, number] =>
          entry[0] !== "step" && entry[0] !== "seconds" && typeof entry[1] === "number",
      ),
    ),
  }));
}

/** What was read, then what came since. A resumed training tells steps again: those are known already. */
export function continued(read: Point[], told: Point[]): Point[] {
  const last = read.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
  const newer = told.filter((point) => point.step > last);
  if (!newer.length) return read;
  const all = [...read, ...newer];
  return all.length <= MOST_POINTS
    ? all
    : evenRows(all.length, MOST_POINTS / 2).map((row) => all[row] as Point);
}
