import { describe, expect, it } from "vitest";
import { commonSize } from "./commonSize";
import { heatColour } from "./heat";
import { nextPlace } from "./nextPlace";
import { tellsOf } from "./tells";
import { kOf } from "./useTuned";

describe("K in the address", () => {
  it("is what the slider says, 0 for off, `auto` for the model's own", () => {
    expect(kOf("12", null)).toBe(12);
    expect(kOf("0", 16)).toBe(0);
    expect(kOf("auto", 16)).toBeNull();
  });

  it("counts as what was asked where it is absent or nonsense", () => {
    for (const word of ["", "65", "-1", "x", "3.5"]) expect(kOf(word, 16)).toBe(16);
  });
});

it("arrow keys go round the candidates, Home and End to their ends", () => {
  expect(nextPlace("ArrowRight", 7, 8)).toBe(0);
  expect(nextPlace("ArrowLeft", 0, 8)).toBe(7);
  expect(nextPlace("End", 2, 8)).toBe(7);
  expect(nextPlace("Home", 2, 8)).toBe(0);
  expect(nextPlace("a", 2, 8)).toBeNull();
});

describe("pictures side by side", () => {
  it("have one size, a whole multiple of every small one", () => {
    expect(commonSize([32, 32], 176)).toBe(160);
    expect(commonSize([32, 64], 176)).toBe(128);
    expect(commonSize([32, 420], 176)).toBe(160);
  });

  it("take the room where no multiple fits it, or none is needed", () => {
    expect(commonSize([48, 64], 176)).toBe(176);
    expect(commonSize([420, 420], 176)).toBe(176);
  });
});

it("the scale of uncertainty gets brighter from end to end", () => {
  const brightness = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    heatColour(share).reduce((sum, level) => sum + level, 0),
  );
  expect(brightness).toEqual(brightness.toSorted((one, other) => one - other));
  expect(heatColour(2)).toEqual(heatColour(1));
});

it("reads from a card what a model can tell, and leaves out what it does not know", () => {
  expect(
    tellsOf({ tells: [{ attribute: "mouth", values: ["1", "2"], accuracy: 1 }, { attribute: 3 }, null] }),
  ).toEqual([{ attribute: "mouth", values: ["1", "2"], accuracy: 1 }]);
  expect(tellsOf({})).toEqual([]);
});
