// Colours of an overlay: from clear over violet and orange to pale yellow, brighter with each step (after "inferno").
type Rgb = readonly [number, number, number];

const STOPS: readonly Rgb[] = [
  [31, 12, 72],
  [85, 15, 109],
  [136, 34, 106],
  [186, 54, 85],
  [227, 89, 51],
  [249, 140, 10],
  [249, 201, 50],
  [252, 255, 164],
];

/** Colour of a share from 0 to 1. */
export function heatColour(share: number): Rgb {
  const place = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const low = Math.floor(place);
  const [from, to] = [STOPS[low] ?? STOPS[0], STOPS[low + 1] ?? STOPS[low]] as [Rgb, Rgb];
  const mixed = from.map((level, channel) =>
    Math.round(level + (place - low) * ((to[channel] ?? level) - level)),
  );
  return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
}

const CLEAR_BELOW = 2; // grey levels: nothing differs there
const LEAST_OPACITY = 110;

/** A grey map as an overlay: black is clear, white the last colour. */
export function heatOf(map: ImageData): ImageData {
  const heat = new ImageData(map.width, map.height);
  for (let place = 0; place < map.data.length; place += 4) {
    const level = map.data[place] ?? 0;
    const colour = heatColour(level / 255);
    heat.data.set(
      [...colour, level < CLEAR_BELOW ? 0 : LEAST_OPACITY + (level / 255) * (245 - LEAST_OPACITY)],
      place,
    );
  }
  return heat;
}

/** The scale as CSS. */
export const HEAT_SCALE = `linear-gradient(90deg, ${STOPS.map((stop) => `rgb(${stop.join(" ")})`).join(", ")})`;
