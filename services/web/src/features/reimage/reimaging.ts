// A re-imaging as this screen reads it: what was asked, what its picture is, and how the same is asked again.
import type { Schemas } from "../../lib/api";

export type Reimaging = Schemas["ReimagingView"];
type AnyOptions = Schemas["ReimagingOptions"];
/** One object of all its fields: which of them may stand together, the API itself says. */
export type Options = Pick<AnyOptions, keyof AnyOptions>;
export type Result = Schemas["ResultView"];
export type Candidate = Schemas["CandidateView"];

/** `options` of an answer: what was asked, with the seed. The API shows it as it is stored. */
export interface Asked {
  image_id: string | null;
  until: "covering" | "selection" | "final";
  detect_faces: boolean | null;
  face: number | null;
  model: { model_id: string; version: number } | null;
  selector: "attributes" | "cnn";
  engine: "auto" | "R" | "A" | "B" | "C";
  pick: "spread" | "sample" | "random";
  candidates: number;
  attributes: Record<string, string>;
  smoothing_k: number | null;
  tone_match: "auto" | "off";
  seed: number;
  purpose: string | null;
  case_reference: string | null;
  reuse: { reimaging_id: string } | null;
  covering: {
    covering_id: string | null;
    method: "learned" | "colour";
    colours: [number, number, number][];
    tolerance: number;
    feather: number;
    is_uploaded: boolean;
  };
}

export const askedOf = (view: Pick<Reimaging, "options">): Asked => view.options as unknown as Asked;

export const isOpen = (view: Reimaging): boolean => ["queued", "running", "paused"].includes(view.status);

/** How far it went: `covering` where only that was asked, `final` where there are candidates. */
export function stageOf(view: Reimaging): "open" | "covering" | "final" | "failed" {
  if (isOpen(view)) return "open";
  if (view.status !== "succeeded" || !view.result) return "failed";
  return view.result.candidates?.length ? "final" : "covering";
}

const LARGE = 0.5; // of the face: masks and scarfs take a third
const UNSURE = 0.7;

/** Why a found covering should be looked at before it is filled; null where it looks as usual, or somebody drew it. */
export function doubtOf({
  by,
  share,
  confidence,
}: Pick<Schemas["FoundCoveringView"], "by" | "share" | "confidence">):
  | "largeCovering"
  | "unsureCovering"
  | null {
  if (by === "map") return null;
  if (share > LARGE) return "largeCovering";
  return confidence != null && confidence < UNSURE ? "unsureCovering" : null;
}

/** The covering to be taken again: the one that was found or drawn, else the way it was to be found. */
export function coveringAgain(view: Reimaging): Schemas["CoveringOptions"] {
  const found = view.result?.covering.covering_id;
  const { covering } = askedOf(view);
  if (found) return { covering_id: found, feather: covering.feather };
  if (covering.covering_id) return { covering_id: covering.covering_id, feather: covering.feather };
  return covering.method === "colour"
    ? { method: "colour", colours: covering.colours, tolerance: covering.tolerance }
    : {};
}

/** The same question again with `change`; the seed stays unless it is changed, so the same answer comes. */
export function askedAgain(view: Reimaging, change: Options = {}): Options {
  const asked = askedOf(view);
  const model = asked.model ? { model: asked.model } : { selector: asked.selector };
  const face = view.result?.photo
    ? { face: view.result.face ?? 0 }
    : asked.face === null
      ? {}
      : { face: asked.face };
  const same: Options = {
    ...model,
    ...face,
    ...(asked.detect_faces === null ? {} : { detect_faces: asked.detect_faces }),
    covering: coveringAgain(view),
    engine: asked.engine,
    pick: asked.pick,
    candidates: asked.candidates,
    attributes: asked.attributes,
    smoothing: { k: asked.smoothing_k },
    tone_match: asked.tone_match,
    seed: asked.seed,
    ...(asked.purpose ? { purpose: asked.purpose } : {}),
    ...(asked.case_reference ? { case_reference: asked.case_reference } : {}),
    until: "final",
  };
  const merged = { ...same, ...change };
  if (merged.model) delete merged.selector; // a named model is the choice: the API refuses both
  if (merged.detect_faces === false) delete merged.face;
  return merged;
}

/** Sides of the picture that was filled: the one face's, or the photograph's crop. */
export function sideOf(result: Result): number {
  const photo = result.photo;
  if (!photo) return result.faces[0]?.box[2] ?? 32;
  const [a = 1, b = 0] = photo.matrix[0] ?? [];
  const box = result.faces[result.face ?? 0]?.box;
  return Math.round((box?.[2] ?? 128) * Math.hypot(a, b)); // about; pictures bring their own size
}

/** Attributes in which the candidates differ: the others say nothing at a choice among them. */
export function varyingAttributes(candidates: Candidate[]): string[] {
  const names = Object.keys(candidates[0]?.attributes ?? {});
  return names.filter((name) => new Set(candidates.map(({ attributes }) => attributes[name])).size > 1);
}
