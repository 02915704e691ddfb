// What is said of an import, wherever one is followed.
import { count, plural } from "../lib/format";

export const imports = {
  waiting: "Waiting for a worker",
  phases: {
    validating: "Checking the table",
    sanitising: "Reading the images",
    drawing: "Drawing faces",
    checking: "Checking",
    saving: "Saving",
  } as Record<string, string>,
  file: (name: string, number: number, of: number) => `File ${number} of ${of}: ${name}`,
  images: (done: number, total: number) => `${count(done)} of ${plural(total, "image")}`,
  cancel: "Cancel import",
  cancelLoses: "Drops what has been read so far. The dataset stays as it is.",
  goesOn: "You may close this: the import goes on, and Jobs shows it.",
  columns: { row: "Row", file: "File", what: "Why not" },
  rowsCaption: "Rows that were not taken",
  firstRows: (shown: number, all: number) =>
    `The first ${count(shown)} of ${count(all)} rows. The CSV has all.`,
  csv: "Save the report of all rows (CSV)",
  schema: "What the columns become",
  schemaColumns: { attribute: "Attribute", type: "Type", values: "Values", missing: "Missing" },
  types: {
    text: "text",
    number: "number",
    enum: "enum",
    bool: "yes or no",
    date: "date",
    geo: "place",
  },
  typeOf: (attribute: string) => `Type of ${attribute}`,
  typesHow: "Types can be chosen until the first import; then images have values of them.",
  couldBeEnum: "few values: could be an enum",
  noAttributes: "No attributes: there was no table beside the images.",
  checked: "Checked, nothing stored.",
  version: (version: number) => `Version ${version} of the dataset.`,
};
