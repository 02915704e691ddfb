import { expect, it } from "vitest";
import type { PreviewedAttribute } from "../../../components/ImportReport";
import { chosenSchema } from "./schema";

const preview: PreviewedAttribute[] = [
  {
    attribute: "eyes",
    type: "number",
    distinct: 2,
    missing: 0,
    values: [
      { value: "1", count: 3 },
      { value: "2", count: 1 },
    ],
  },
  { attribute: "note", type: "text", distinct: 40, missing: 2, values: [{ value: "tall", count: 1 }] },
];

it("is sent only where a type was chosen that was not guessed", () => {
  expect(chosenSchema(preview, {})).toBeUndefined();
  expect(chosenSchema(preview, { eyes: "number" })).toBeUndefined();
});

it("has all attributes, and the values of an enum", () => {
  expect(chosenSchema(preview, { eyes: "enum" })).toEqual({
    eyes: { type: "enum", values: ["1", "2"] },
    note: { type: "text" },
  });
});
