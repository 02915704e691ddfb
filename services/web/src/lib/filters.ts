// The API's filter grammar: several values of one attribute mean any of them, several attributes all of them.

/** Values by attribute, as they are written in conditions; an attribute that is absent means any value. */
export function conditionsOf(where: string[]): Map<string, string[]> {
  const conditions = new Map<string, string[]>();
  for (const condition of where) {
    const colon = condition.indexOf(":");
    if (colon < 1) continue;
    const attribute = condition.slice(0, colon);
    conditions.set(attribute, [...(conditions.get(attribute) ?? []), condition.slice(colon + 1)]);
  }
  return conditions;
}

/** A value as a condition writes it: what looks like a range, or like a quotation, is quoted. */
export const asWritten = (value: string): string =>
  value.includes("..") || value.startsWith('"') ? `"${value}"` : value;

/** A written value as people read it. */
export function asRead(written: string): string {
  if (written === "") return "missing";
  const quoted = /^"(.*)"$/.exec(written);
  if (quoted) return quoted[1] ?? "";
  const range = /^(.*)\.\.(.*)$/.exec(written);
  if (!range) return written;
  const [, low, high] = range;
  return low && high ? `${low} to ${high}` : low ? `from ${low}` : `to ${high}`;
}

export function toggled(where: string[], attribute: string, written: string): string[] {
  const condition = `${attribute}:${written}`;
  return where.includes(condition) ? where.filter((one) => one !== condition) : [...where, condition];
}

export const without = (where: string[], attribute: string): string[] =>
  where.filter((one) => !one.startsWith(`${attribute}:`));
