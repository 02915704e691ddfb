// What a job's error says besides its code and message: open fields, read with care.
import type { Schemas } from "../../../lib/api";

export type Facts = Record<string, unknown>;
export type Nearest = Schemas["ModelShareView"];

export interface ToCollect {
  attribute: string;
  value?: string;
  colour?: string;
}

interface FoundFace {
  index: number;
  box: number[];
}

const isObject = (one: unknown): one is Record<string, unknown> => typeof one === "object" && one !== null;
const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

export function facesOf(facts: Facts): FoundFace[] {
  return listOf(facts.faces).flatMap(({ index, box }) =>
    typeof index === "number" && Array.isArray(box) ? [{ index, box: box.map(Number) }] : [],
  );
}

/** The models that come nearest, as the selection itself would show them. */
export function nearestOf(facts: Facts): Nearest[] {
  return listOf(facts.nearest).filter(
    ({ model, model_id, probability }) =>
      typeof model === "string" && typeof model_id === "string" && typeof probability === "number",
  ) as unknown as Nearest[];
}

export function toCollectOf(facts: Facts): ToCollect[] {
  return listOf(facts.collect).flatMap(({ attribute, value, colour }) =>
    typeof attribute === "string"
      ? [
          {
            attribute,
            ...(typeof value === "string" ? { value } : {}),
            ...(typeof colour === "string" ? { colour } : {}),
          },
        ]
      : [],
  );
}

/** Values that are to be had, by attribute. */
export function reachableOf(facts: Facts): [attribute: string, values: string[]][] {
  return isObject(facts.reachable)
    ? Object.entries(facts.reachable).map(([name, values]) => [
        name,
        Array.isArray(values) ? values.map(String) : [],
      ])
    : [];
}
