// Which attributes a model can tell of a face, and their values, from its card.
export interface Tells {
  attribute: string;
  values: string[];
}

const isTells = (one: unknown): one is Tells =>
  typeof one === "object" &&
  one !== null &&
  "attribute" in one &&
  "values" in one &&
  Array.isArray(one.values);

/** Cards are open objects: what is not there, or not so, is left out. */
export function tellsOf(card: Record<string, unknown>): Tells[] {
  return Array.isArray(card.tells) ? card.tells.filter(isTells) : [];
}
