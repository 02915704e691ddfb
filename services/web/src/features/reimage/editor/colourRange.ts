// The thesis's way: what is covered is what has one of some colours, each channel within a tolerance.
import type { Mask } from "./mask";

export type Colour = readonly [red: number, green: number, blue: number];

export const MOST_COLOURS = 8;
export const USUAL_TOLERANCE = 24; // grey levels, as the API's own

export function colourAt(pixels: ImageData, x: number, y: number): Colour {
  const place = 4 * (y * pixels.width + x);
  const [red = 0, green = 0, blue = 0] = pixels.data.subarray(place, place + 3);
  return [red, green, blue];
}

/** Where a pixel is within the tolerance of a colour in every channel. */
export function inRange(pixels: ImageData, colours: readonly Colour[], tolerance: number): Mask {
  const data = new Uint8Array(pixels.width * pixels.height);
  for (let place = 0; place < data.length; place++)
    data[place] = colours.some((colour) => isNear(pixels.data, 4 * place, colour, tolerance)) ? 1 : 0;
  return { width: pixels.width, height: pixels.height, data };
}

function isNear(data: Uint8ClampedArray, at: number, colour: Colour, tolerance: number): boolean {
  return colour.every((level, channel) => Math.abs((data[at + channel] ?? 0) - level) <= tolerance);
}

/** One more colour; the same is not taken twice, and eight are enough. */
export function withColour(colours: readonly Colour[], colour: Colour): readonly Colour[] {
  const isThere = colours.some((one) => one.every((level, channel) => level === colour[channel]));
  return isThere || colours.length === MOST_COLOURS ? colours : [...colours, colour];
}

export const cssOf = (colour: Colour): string => `rgb(${colour.join(" ")})`;
