import { describe, expect, it } from "vitest";
import recipe from "../../texts/recipe.txt?raw";
import { recipeFor } from "./recipe";

const cut = recipeFor("https://faces.example", "mk_1");

describe("recipeFor", () => {
  it("cuts the recipe into its four calls and loses no line of them", () => {
    expect(cut.calls.map(({ title }) => title.split(" ").slice(0, 2).join(" "))).toEqual([
      "A data",
      "Faces: a",
      "A model:",
      "A covered",
    ]);
    const kept = [cut.once, ...cut.calls.map(({ text }) => text)].join("\n");
    const lines = recipe.split("\n").filter((line) => line && !/^(#|\(|\))/.test(line));
    for (const line of lines)
      expect(kept).toContain(line.replace("http://127.0.0.1:8000", "https://faces.example"));
  });

  it("speaks to this service, with this key", () => {
    expect(cut.once).toContain("export MASKERAID_KEY=mk_1");
    expect(cut.whole).toContain("U=https://faces.example/v1");
    expect(cut.whole).not.toContain("127.0.0.1:8000");
  });
});
