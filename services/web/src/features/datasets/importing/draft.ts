// What the import dialog has been told, and what it still misses.
import type { Schemas } from "../../../lib/api";
import type { Attestation } from "../../../lib/orders";
import type { NamedFile } from "../../../lib/zip";
import { importing as texts } from "../../../texts/datasets";

export type DrawnSet = Schemas["GeneratorSource"]["set"];

export interface Draft {
  role: Schemas["Role"];
  /** An existing dataset's id; empty for a new one. */
  target: string;
  name: string;
  source: "files" | "drawn";
  files: NamedFile[];
  leftOut: number;
  drawnSet: DrawnSet;
  basis: Attestation["basis"] | "";
  licence: string;
  purpose: string;
  minorsExcluded: boolean;
  /** A day as the browser's field has it, `2026-11-30`; empty for none. */
  retainUntil: string;
  detectFaces: boolean;
  dropNear: boolean;
  suggest: boolean;
}

export const SETS: Record<Schemas["Role"], DrawnSet[]> = {
  train: [
    "faces-light",
    "faces-medium",
    "faces-dark",
    "faces-light-balanced",
    "faces-medium-balanced",
    "faces-dark-balanced",
  ],
  test: ["faces-test"],
};

export const EMPTY: Draft = {
  role: "train",
  target: "",
  name: "",
  source: "files",
  files: [],
  leftOut: 0,
  drawnSet: "faces-light",
  basis: "",
  licence: "",
  purpose: "",
  minorsExcluded: false,
  retainUntil: "",
  detectFaces: false,
  dropNear: false,
  suggest: false,
};

export type Missing = Partial<
  Record<"files" | "name" | "basis" | "licence" | "purpose" | "minorsExcluded", string>
>;

/** Drawn faces bring their own word along, and a dataset says it once. */
export const needsAttestation = (draft: Draft, isAttested: boolean): boolean =>
  draft.source === "files" && !isAttested;

export function missingOf(draft: Draft, isAttested: boolean): Missing {
  const missing: Missing = {};
  if (!draft.target && !draft.name.trim()) missing.name = texts.needName;
  if (draft.source === "files" && draft.files.length === 0) missing.files = texts.needFiles;
  if (!needsAttestation(draft, isAttested)) return missing;
  if (!draft.basis) missing.basis = texts.needBasis;
  if (draft.basis === "public_licence" && !draft.licence.trim()) missing.licence = texts.needLicence;
  if (!draft.purpose.trim()) missing.purpose = texts.needPurpose;
  if (!draft.minorsExcluded) missing.minorsExcluded = texts.needMinors;
  return missing;
}

/** The word for why the faces may be used, once nothing of it is missing. */
export function attestationOf(draft: Draft): Attestation | undefined {
  if (!draft.basis) return undefined;
  const licence = draft.basis === "public_licence" ? { licence: draft.licence.trim() } : {};
  return { basis: draft.basis, purpose: draft.purpose.trim(), minors_excluded: true, ...licence };
}
