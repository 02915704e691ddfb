// A model's card as the API writes it. The card is an open object there: what an evaluation adds appears when it was made.
import type { Schemas } from "./api";

export interface Guarantee {
  attribute: string;
  value: string;
  share: number;
  lower_bound: number;
  upper_bound: number;
  confidence: number;
  samples: number;
  classifier_error: number | null;
}

interface Found {
  iou: number;
  recall: number;
}

export interface Card {
  summary?: string;
  limits?: string[];
  images?: number;
  held_out?: number;
  engines?: string[];
  reasons?: string[];
  warnings?: { code: string; detail: string }[];
  quality?: Record<string, number> | null;
  quality_by_group?: Record<string, unknown> | null;
  covering_detector?:
    | (Found & { kind_accuracy?: number; false_alarms?: number; families?: Record<string, Found> })
    | null;
  memorisation?: { verdict: string; reason?: string; gate?: string } | null;
  flags?: Schemas["FlagView"][];
  sources?: { licence: string | null; attestation: { basis: string; by: string; at: string } | null }[];
}

export interface Lineage {
  training_id?: string | null;
  data?: { dataset_id: string; version: number; where: string[] }[];
  start_from?: { model_id?: string; version?: number; training_id?: string; step?: number } | null;
  ancestors?: { model_id: string; version: number }[];
  seed?: number;
  software?: string;
}

export interface Layers {
  total: number;
  trainable: number;
  rows: { type: string; output: number[]; parameters: number }[];
}

export const cardOf = (version: Schemas["ModelVersionView"]): Card => version.card as Card;
export const lineageOf = (version: Schemas["ModelVersionView"]): Lineage => version.lineage as Lineage;
export const layersOf = (version: { layers: Record<string, unknown> }): [string, Layers][] =>
  Object.entries(version.layers).filter((entry): entry is [string, Layers] => {
    const value = entry[1];
    return typeof value === "object" && value !== null && "rows" in value;
  });
export const guaranteesOf = (version: Schemas["ModelVersionView"]): Guarantee[] =>
  version.guarantees as unknown as Guarantee[];
export const variesOf = (version: Schemas["ModelVersionView"]): { attribute: string; values: number }[] =>
  version.varies as unknown as { attribute: string; values: number }[];

/** The address of a file of a version, for pictures and downloads. */
export const fileUrl = (modelId: string, version: number | string, name: string): string =>
  `/v1/models/${modelId}/versions/${version}/files/${encodeURIComponent(name)}`;
