import { describe, expect, it } from "vitest";
import { facesOf, nearestOf, reachableOf, toCollectOf } from "./facts";
import { remediesFor } from "./remedies";

describe("what a failed re-imaging tells", () => {
  it("has the boxes of several faces", () => {
    const faces = [{ index: 0, box: [10, 20, 30, 40], confidence: 0.9 }, { index: "x" }];
    expect(facesOf({ faces })).toEqual([{ index: 0, box: [10, 20, 30, 40] }]);
  });

  it("has the nearest models and what to collect", () => {
    const light = { model: "faces-light", model_id: "mdl_1", version: 1, probability: 0.9 };
    expect(nearestOf({ nearest: [light, { model: "half" }] })).toEqual([light]);
    const tone = { attribute: "tone", colour: "#6e545b", lab: [1, 2, 3] };
    expect(toCollectOf({ collect: [tone, 7] })).toEqual([{ attribute: "tone", colour: "#6e545b" }]);
  });

  it("has the values that are to be had", () => {
    expect(reachableOf({ reachable: { eyes: ["1"] } })).toEqual([["eyes", ["1"]]]);
  });

  it("may say none of that", () => {
    expect([facesOf({}), nearestOf({}), toCollectOf({}), reachableOf({})]).toEqual([[], [], [], []]);
  });
});

describe("remedies", () => {
  it("open the editor or guess by colour, where nothing is covered", () => {
    expect(remediesFor("nothing_covered", true)).toEqual([
      { name: "edit" },
      { name: "guess", change: { covering: { method: "colour" } } },
    ]);
  });

  it("try again after what nobody knows, and never without the picture", () => {
    expect(remediesFor("out_of_memory", true).map(({ name }) => name)).toEqual(["again"]);
    expect(remediesFor("nothing_covered", false)).toEqual([]);
  });
});
