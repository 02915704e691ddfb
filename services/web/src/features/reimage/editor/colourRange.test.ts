import { expect, it } from "vitest";
import { type Colour, colourAt, inRange, withColour } from "./colourRange";

const TEAL: Colour = [20, 150, 140];

function pixels(...colours: Colour[]): ImageData {
  const data = new Uint8ClampedArray(colours.flatMap((colour) => [...colour, 255]));
  return { width: colours.length, height: 1, data, colorSpace: "srgb" } as ImageData;
}

it("covers what lies within the tolerance in every channel, its end included", () => {
  const picture = pixels(TEAL, [44, 150, 140], [45, 150, 140], [20, 126, 164], [240, 190, 150]);
  expect([...inRange(picture, [TEAL], 24).data]).toEqual([1, 1, 0, 1, 0]);
});

it("covers what has any of the colours, and nothing without one", () => {
  const picture = pixels(TEAL, [0, 0, 0], [255, 255, 255]);
  expect([...inRange(picture, [TEAL, [0, 0, 0]], 0).data]).toEqual([1, 1, 0]);
  expect([...inRange(picture, [], 255).data]).toEqual([0, 0, 0]);
});

it("reads the colour that was pressed", () => {
  expect(colourAt(pixels([1, 2, 3], TEAL), 1, 0)).toEqual(TEAL);
});

it("takes no colour twice, and eight at most", () => {
  expect(withColour([TEAL], [20, 150, 140])).toEqual([TEAL]);
  const eight = Array.from({ length: 8 }, (_, level): Colour => [level, 0, 0]);
  expect(withColour(eight, TEAL)).toEqual(eight);
  expect(withColour(eight.slice(1), TEAL)).toHaveLength(8);
});
