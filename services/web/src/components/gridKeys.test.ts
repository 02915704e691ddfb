import { describe, expect, it } from "vitest";
import { movedTo } from "./gridKeys";

// Ten columns, 95 images: the last row has five.
const from = (active: number, key: string, ctrlKey = false): number | null =>
  movedTo({ key, ctrlKey, metaKey: false }, { active, total: 95, columns: 10, pageRows: 4 });

describe("movedTo", () => {
  it("goes by cells and rows, over the ends of rows", () => {
    expect([
      from(19, "ArrowRight"),
      from(20, "ArrowLeft"),
      from(12, "ArrowDown"),
      from(12, "ArrowUp"),
    ]).toEqual([20, 19, 22, 2]);
  });

  it("stays at the edges", () => {
    expect([from(0, "ArrowLeft"), from(5, "ArrowUp"), from(94, "ArrowRight"), from(87, "ArrowDown")]).toEqual(
      [null, null, null, null],
    );
  });

  it("goes to the ends of the row, with Ctrl to those of the whole", () => {
    expect([from(13, "Home"), from(13, "End"), from(91, "End")]).toEqual([10, 19, 94]);
    expect([from(13, "Home", true), from(13, "End", true)]).toEqual([0, 94]);
  });

  it("keeps the column by pages, also at both ends", () => {
    expect([from(13, "PageDown"), from(57, "PageUp"), from(13, "PageUp")]).toEqual([53, 17, 3]);
    expect([from(73, "PageDown"), from(77, "PageDown")]).toEqual([93, 87]);
  });
});
