import { describe, expect, it } from "vitest";
import { colourOf, csvOf, dashOf, evenRows, thinned } from "./curveLines";

describe("curves", () => {
  it("never have more points than are drawn, and keep the first and the last", () => {
    const at = Array.from({ length: 98_000 }, (_, step) => step + 1);
    const drawn = thinned({
      unit: "step",
      at,
      lines: [{ label: "Loss", values: at.map((step) => step / 2) }],
    });
    expect(drawn.at).toHaveLength(2000);
    expect([drawn.at[0], drawn.at.at(-1)]).toEqual([1, 98_000]);
    expect(drawn.lines[0]?.values.at(-1)).toBe(49_000);
  });

  it("differ by dash as well as by colour", () => {
    const looks = [0, 1, 2, 3].map((line) => dashOf(line).join());
    expect(new Set(looks).size).toBe(4);
    for (const scheme of ["light", "dark"] as const)
      expect(new Set([0, 1, 2, 3].map((line) => colourOf(line, scheme))).size).toBe(4);
  });

  it("are thinned evenly", () => {
    expect(evenRows(3, 5)).toEqual([0, 1, 2]);
    expect(evenRows(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });

  it("are saved with all their points, gaps as empty cells", () => {
    const lines = [{ label: 'Real, or "real"', values: [0.5, null] }];
    expect(csvOf({ unit: "step", at: [1, 2], lines })).toBe('"step","Real, or ""real"""\n1,0.5\n2,\n');
  });
});
