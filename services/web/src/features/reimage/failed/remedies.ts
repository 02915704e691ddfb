// Which remedies help against which error; one without a change opens the editor.
import type { Options } from "../reimaging";

export type RemedyName = "edit" | "guess" | "noGrowth" | "asFace" | "withoutWishes" | "again";

interface Remedy {
  name: RemedyName;
  change?: Options;
}

const EDIT: Remedy = { name: "edit" };
const AGAIN: Remedy = { name: "again", change: {} };

const REMEDIES: Record<string, Remedy[]> = {
  no_face: [{ name: "asFace", change: { detect_faces: false } }],
  several_faces: [],
  nothing_covered: [EDIT, { name: "guess", change: { covering: { method: "colour" } } }],
  too_much_covered: [EDIT, { name: "noGrowth", change: { covering: { grow: 0 } } }],
  attributes_unreachable: [{ name: "withoutWishes", change: { attributes: {} } }],
  bad_covering: [EDIT],
  unreadable_image: [],
  bad_image: [],
};

/** Without the picture nothing can be asked again: another has to be sent. */
export function remediesFor(code: string, hasPicture: boolean): Remedy[] {
  return hasPicture ? (REMEDIES[code] ?? [AGAIN]) : [];
}
