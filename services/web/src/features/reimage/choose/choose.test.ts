import { expect, it } from "vitest";
import type { Reimaging } from "../reimaging";
import { isWorthShowing, matches } from "./earlierList";
import { different, imageName } from "./imageName";

it("names a test image by what is known of it", () => {
  expect(imageName({ row: 12, attributes: { tone: "light", hair_colour: "blond" } })).toBe(
    "test image 12, tone light, hair colour blond",
  );
});

it("shows the same picture once, the first of its images", () => {
  const images = ["a", "b", "a", "c", "b"].map((sha256, number) => ({ sha256, number }));
  expect(different(images).map(({ number }) => number)).toEqual([0, 1, 3]);
});

it("lists results, not looks for a covering nor the same by another K", () => {
  const shows = (options: Record<string, unknown>): boolean => isWorthShowing({ options });
  expect(shows({ until: "final", reuse: null })).toBe(true);
  expect(shows({ until: "covering", reuse: null })).toBe(false);
  expect(shows({ until: "final", reuse: { reimaging_id: "rim_1" } })).toBe(false);
});

it("finds a result by all words, in its name, model, or case", () => {
  const view = {
    id: "rim_1",
    name: "Anna.png",
    options: { case_reference: "2026-118" },
    result: { selection: { model: "faces-light" } },
  } as unknown as Reimaging;
  expect(matches(view, "anna LIGHT")).toBe(true);
  expect(matches(view, "118")).toBe(true);
  expect(matches(view, "anna dark")).toBe(false);
  expect(matches(view, " ")).toBe(true);
});
