// One size for pictures that stand side by side: a whole multiple of every small one, so that all stay sharp.
const HARD_PIXELS_UP_TO = 64;

const divisor = (one: number, other: number): number => (other ? divisor(other, one % other) : one);

/** At most `room` where that is possible; larger pictures follow the small ones. */
export function commonSize(sides: number[], room: number): number {
  const small = sides.filter((side) => side > 0 && side <= HARD_PIXELS_UP_TO);
  if (small.length === 0) return room;
  const multiple = small.reduce((all, side) => (all * side) / divisor(all, side), 1);
  return multiple > room ? room : Math.floor(room / multiple) * multiple;
}
