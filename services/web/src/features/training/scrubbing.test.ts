import { expect, it } from "vitest";
import { shownWidth } from "./Sheet";
import { placeOf } from "./useScrubbing";

it("shows the step of the address, else the one before it", () => {
  const steps = [1, 200, 700, 2000];
  expect(steps.map((step) => placeOf(steps, step))).toEqual([0, 1, 2, 3]);
  expect(placeOf(steps, 699)).toBe(1);
  expect(placeOf(steps, 98_000)).toBe(3);
  expect(placeOf(steps, 0)).toBe(0);
});

it("shows a sheet so that each pixel of a small face takes as many whole ones as there is room for", () => {
  expect(shownWidth(664, 4, 1000)).toBe(664);
  expect(shownWidth(664, 4, 500)).toBe(498); // three of the four
  expect(shownWidth(664, 4, 390)).toBe(332);
  expect(shownWidth(664, 4, 100)).toBe(100); // less than one: it must fit all the same
  expect(shownWidth(664, 1, 390)).toBe(390);
  expect(shownWidth(664, 4, 0)).toBe(664); // not measured yet
});
