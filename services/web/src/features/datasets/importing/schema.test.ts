import { expect, it } from "vitest";
import type { PreviewedAttribute } from "../../../components/ImportReport";
import { chosenSchema, isUnchecked } from "./schema";

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

it("is sent only where a type was chosen, also when it was checked since", () => {
  expect(chosenSchema(preview, {})).toBeUndefined();
  expect(isUnchecked(preview, {})).toBe(false);
  expect(chosenSchema(preview, { eyes: "number" })).toEqual({
    eyes: { type: "number" },
    note: { type: "text" },
  });
  expect(isUnchecked(preview, { eyes: "number" })).toBe(false);
  expect(isUnchecked(preview, { eyes: "enum" })).toBe(true);
});

it("has all attributes, and the values of an enum", () => {
  expect(chosenSchema(preview, { eyes: "enum" })).toEqual({
    eyes: { type: "enum", values: ["1", "2"] },
    note: { type: "text" },
  });
});
