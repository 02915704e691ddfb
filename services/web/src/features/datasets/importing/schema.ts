// The schema of a dataset that has none yet, as it was guessed from a table and then chosen.
import type { AttributeType, PreviewedAttribute } from "../../../components/ImportReport";
import type { Schemas } from "../../../lib/api";

export type ChosenSchema = Record<string, Schemas["AttributeChange"]>;
export type ChosenTypes = Record<string, AttributeType>;

/** Whether another type was chosen than the check was made with. */
export const isUnchecked = (preview: PreviewedAttribute[], chosen: ChosenTypes): boolean =>
  preview.some(({ attribute, type }) => (chosen[attribute] ?? type) !== type);

/** All attributes, since a schema that is given guesses none; undefined where every guess was left as it is. */
export function chosenSchema(preview: PreviewedAttribute[], chosen: ChosenTypes): ChosenSchema | undefined {
  if (Object.keys(chosen).length === 0) return undefined;
  return Object.fromEntries(
    preview.map(({ attribute, type: guessed, values }) => {
      const type = chosen[attribute] ?? guessed;
      return [attribute, type === "enum" ? { type, values: values.map(({ value }) => value) } : { type }];
    }),
  );
}
