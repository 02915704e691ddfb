// An import's outcome as a sentence: "Images: 124 imported, 1 rejected. Row 57: eyes '9' is not one of 1, 2, 3, 4, 5".
import type { Schemas } from "../lib/api";
import { count, plural } from "../lib/format";

type Ended = Pick<Schemas["ImportView"], "result" | "rejected_rows" | "dry_run">;

const COUNTS: [field: string, words: (amount: number) => string][] = [
  ["imported", (amount) => `${count(amount)} imported`],
  ["edited", (amount) => `${count(amount)} edited`],
  ["deleted", (amount) => `${count(amount)} deleted`],
  ["unchanged", (amount) => `${count(amount)} unchanged`],
  ["rejected", (amount) => `${count(amount)} rejected`],
  ["duplicates", (amount) => plural(amount, "duplicate")],
  ["near_duplicates", (amount) => plural(amount, "near duplicate")],
  ["unlisted", (amount) => `${plural(amount, "file")} in no table`],
];

/** What a number of the open result is; nothing where it is none. */
export function numberOf(result: Ended["result"], field: string): number {
  const value = result?.[field];
  return typeof value === "number" ? value : 0;
}

export function rowSentence({ row, pointer, detail, file }: Schemas["RejectedRow"]): string {
  const field = pointer ? `${pointer.replace(/^\//, "")} ` : "";
  const place = row == null ? (file ?? "A file") : `Row ${count(row)}`;
  return `${place}: ${field}${detail}`;
}

export function importSentence(ended: Ended): string {
  const isEdit = ended.result?.edited !== undefined;
  const said = COUNTS.filter(
    ([field]) => numberOf(ended.result, field) > 0 || field === (isEdit ? "edited" : "imported"),
  ).map(([field, words]) => words(numberOf(ended.result, field)));
  const [first] = ended.rejected_rows;
  return `Images: ${said.join(", ")}.${first ? ` ${rowSentence(first)}.` : ""}`.replace(/\.\.$/, ".");
}
