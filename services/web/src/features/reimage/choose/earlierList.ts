// Which re-imagings are results that people look for, and which of them some words mean.
import { askedOf, type Reimaging } from "../reimaging";

/** Not the looks for a covering, the choices alone, or the same faces by another K. */
export function isWorthShowing(view: Pick<Reimaging, "options">): boolean {
  const { until, reuse } = askedOf(view);
  return until === "final" && reuse === null;
}

/** Every word occurs in the name, the model, the case, or the identifier. */
export function matches(view: Reimaging, words: string): boolean {
  const { case_reference, purpose, image_id } = askedOf(view);
  const said = [view.name, view.result?.selection?.model, case_reference, purpose, image_id, view.id]
    .join(" ")
    .toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word));
}
