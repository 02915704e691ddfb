/**
 * What a record has under a name that users chose, as attributes are called; undefined where it has nothing. A plain look
 * would find what every object has: a column may be called `constructor`.
 */
export const own = <Value>(record: Record<string, Value>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
