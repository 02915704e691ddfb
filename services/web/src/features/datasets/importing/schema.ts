// The schema of a dataset that has none yet, as it was guessed from a table and then chosen.
import type { AttributeType, PreviewedAttribute } from "../../../components/ImportReport";
import type { Schemas } from "../../../lib/api";

export type ChosenSchema = Record<string, Schemas["AttributeChange"]>;

/** All attributes, since a schema that is given guesses none; undefined where every guess was left as it is. */
export function chosenSchema(
  preview: PreviewedAttribute[],
  chosen: Record<string, AttributeType>,
): ChosenSchema | undefined {
  if (preview.every(({ attribute, type }) => (chosen[attribute] ?? type) === type)) return undefined;
  return Object.fromEntries(
    preview.map(({ attribute, type: guessed, values }) => {
      const type = chosen[attribute] ?? guessed;
      return [attribute, type === "enum" ? { type, values: values.map(({ value }) => value) } : { type }];
    }),
  );
}
