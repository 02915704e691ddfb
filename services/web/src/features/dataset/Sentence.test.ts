import { describe, expect, it } from "vitest";
import { partsOf } from "./Sentence";

const facet = (attribute: string, distinct: number) => ({ attribute, distinct, values: [] });
const under = [
  facet("hair_style", 1),
  facet("eyes", 1),
  facet("mouth", 1),
  facet("nose", 5),
  facet("quality.sharpness", 3),
];
const said = (where: string[]): string[] =>
  partsOf({ under }, where).map(({ attribute, said, isOpen }) => `${attribute}: ${said}${isOpen ? "!" : ""}`);

describe("partsOf", () => {
  it("is the thesis's sentence, with what is left open marked", () => {
    expect(said(["eyes:1", "mouth:2"])).toEqual([
      "hair_style: 1 value",
      "eyes: 1",
      "mouth: 2",
      "nose: 5 values!",
    ]);
  });

  it("marks nothing while nothing is fixed", () => {
    expect(said([]).some((part) => part.endsWith("!"))).toBe(false);
  });

  it("speaks of what was measured only where it is filtered by", () => {
    expect(
      said(["quality.sharpness:0..8", "eyes:1", "eyes:"]).filter((part) => /quality|eyes/.test(part)),
    ).toEqual(["eyes: 1 or missing", "quality.sharpness: 0 to 8"]);
  });
});
