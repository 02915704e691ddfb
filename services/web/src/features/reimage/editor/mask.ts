// A covering as a mask: 1 where covered. Every change gives a new mask, so that it can be taken back.
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Point {
  x: number;
  y: number;
}

export const emptyMask = (width: number, height: number): Mask => ({
  width,
  height,
  data: new Uint8Array(width * height),
});

export const copyOf = (mask: Mask): Mask => ({ ...mask, data: mask.data.slice() });

/** The share that is covered, 0 to 1. */
export function shareOf({ data }: Mask): number {
  let covered = 0;
  for (const one of data) covered += one;
  return data.length ? covered / data.length : 0;
}

export const isSame = (one: Mask, other: Mask): boolean =>
  one.width === other.width && one.data.every((value, place) => value === other.data[place]);

export function inverted(mask: Mask): Mask {
  return { ...mask, data: mask.data.map((value) => 1 - value) };
}

export function union(one: Mask, other: Mask): Mask {
  return { ...one, data: one.data.map((value, place) => value | (other.data[place] ?? 0)) };
}

/** Paint a round dab into `mask`, in place: strokes are drawn into a copy of their own. */
export function dab(mask: Mask, { x, y }: Point, size: number, value: 0 | 1): void {
  const radius = size / 2;
  const reach = Math.ceil(radius);
  for (let row = Math.max(0, y - reach); row <= Math.min(mask.height - 1, y + reach); row++)
    for (let column = Math.max(0, x - reach); column <= Math.min(mask.width - 1, x + reach); column++)
      if (isInDab(column - x, row - y, size)) mask.data[row * mask.width + column] = value;
}

/** Even sizes have their middle on a corner of a pixel, so that 2 is two pixels wide and not three. */
function isInDab(dx: number, dy: number, size: number): boolean {
  const shift = size % 2 === 0 ? 0.5 : 0;
  return Math.hypot(dx + shift, dy + shift) <= Math.max(size / 2, shift * Math.SQRT2);
}

/** Dabs along a line, in place, close enough to leave no gap. */
export function stroke(mask: Mask, from: Point, to: Point, size: number, value: 0 | 1): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
  for (let step = 0; step <= steps; step++) {
    const at = {
      x: Math.round(from.x + ((to.x - from.x) * step) / steps),
      y: Math.round(from.y + ((to.y - from.y) * step) / steps),
    };
    dab(mask, at, size, value);
  }
}

/** Widen what is covered by a pixel to all eight sides. */
export const grown = (mask: Mask): Mask => spread(mask, 1);

/** Take a pixel off all around; the picture's rim counts as covered beyond. */
export const shrunk = (mask: Mask): Mask => spread(mask, 0);

/** Every pixel with a neighbour of `value` takes it. */
function spread(mask: Mask, value: 0 | 1): Mask {
  const { width, height, data } = mask;
  const next = data.slice();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (hasNeighbour(mask, x, y, value)) next[y * width + x] = value;
  return { ...mask, data: next };
}

function hasNeighbour({ width, height, data }: Mask, x: number, y: number, value: 0 | 1): boolean {
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++)
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++)
      if (data[row * width + column] === value) return true;
  return false;
}

/** A map of any size, white = covered, brought to a mask's size. */
export function maskOf(map: ImageData, width: number, height: number): Mask {
  const mask = emptyMask(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = Math.floor(((y + 0.5) * map.height) / height);
      const column = Math.floor(((x + 0.5) * map.width) / width);
      mask.data[y * width + x] = (map.data[4 * (row * map.width + column)] ?? 0) > 127 ? 1 : 0;
    }
  return mask;
}

/** The mask as a map: white = covered, opaque. */
export function mapOf({ width, height, data }: Mask): ImageData {
  const map = new ImageData(width, height);
  data.forEach((value, place) => {
    map.data.fill(value * 255, 4 * place, 4 * place + 3);
    map.data[4 * place + 3] = 255;
  });
  return map;
}
