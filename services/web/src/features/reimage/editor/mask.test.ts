import { describe, expect, it } from "vitest";
import {
  dab,
  emptyMask,
  grown,
  inverted,
  isSame,
  type Mask,
  maskOf,
  shareOf,
  shrunk,
  stroke,
  union,
} from "./mask";

/** A mask from rows of `#` (covered) and `.`. */
function drawn(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(""), (sign) => (sign === "#" ? 1 : 0));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

function shown({ width, height, data }: Mask): string[] {
  return Array.from({ length: height }, (_, row) =>
    [...data.subarray(row * width, (row + 1) * width)].map((value) => (value ? "#" : ".")).join(""),
  );
}

const painted = (size: number, x: number, y: number, side = 5): string[] => {
  const mask = emptyMask(side, side);
  dab(mask, { x, y }, size, 1);
  return shown(mask);
};

describe("the brush", () => {
  it("covers one pixel at size 1, four at size 2, and a disc above", () => {
    expect(painted(1, 2, 2)).toEqual([".....", ".....", "..#..", ".....", "....."]);
    expect(painted(2, 2, 2)).toEqual([".....", ".##..", ".##..", ".....", "....."]);
    expect(painted(5, 2, 2)).toEqual([".###.", "#####", "#####", "#####", ".###."]);
  });

  it("stops at the picture's rim", () => {
    expect(painted(3, 0, 0, 3)).toEqual(["##.", "##.", "..."]);
  });

  it("leaves no gap between two points, however far the pointer has jumped", () => {
    const mask = emptyMask(6, 3);
    stroke(mask, { x: 0, y: 0 }, { x: 5, y: 2 }, 1, 1);
    expect(shown(mask)).toEqual(["##....", "..##..", "....##"]);
  });

  it("erases with the value 0", () => {
    const mask = drawn("###");
    stroke(mask, { x: 1, y: 0 }, { x: 2, y: 0 }, 1, 0);
    expect(shown(mask)).toEqual(["#.."]);
  });
});

describe("a mask", () => {
  it("grows and shrinks by a pixel to all eight sides", () => {
    const dot = drawn(".....", ".....", "..#..", ".....", ".....");
    const square = drawn(".....", ".###.", ".###.", ".###.", ".....");
    expect(shown(grown(dot))).toEqual(shown(square));
    expect(shown(shrunk(square))).toEqual(shown(dot));
  });

  it("does not shrink at the picture's rim: the covering goes on there", () => {
    expect(shown(shrunk(drawn("##.", "##.", "...")))).toEqual(["#..", "...", "..."]);
    expect(shown(shrunk(drawn("##", "##")))).toEqual(["##", "##"]);
  });

  it("is not changed by what is made of it", () => {
    const mask = drawn("#.");
    expect(shown(inverted(mask))).toEqual([".#"]);
    expect(shown(union(mask, drawn(".#")))).toEqual(["##"]);
    expect(shown(mask)).toEqual(["#."]);
  });

  it("knows its share, and whether it is another", () => {
    expect(shareOf(drawn("#...", "...."))).toBe(0.125);
    expect(isSame(drawn("#."), drawn("#."))).toBe(true);
    expect(isSame(drawn("#."), drawn(".#"))).toBe(false);
  });

  it("takes a map of any size, white as covered", () => {
    const map = {
      width: 2,
      height: 1,
      data: new Uint8ClampedArray([255, 255, 255, 255, 100, 100, 100, 255]),
    };
    expect(shown(maskOf(map as unknown as ImageData, 4, 2))).toEqual(["##..", "##.."]);
  });
});
