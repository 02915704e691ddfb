import { describe, expect, it } from "vitest";
import { aboutWords, kindWord } from "./jobs";

const FACES = { id: "ds_01KAGP1XF3A7QYFR6F0DTHBRA4", name: "faces" };
const OURS = { id: "mdl_01KADNQ9NH5KMKB59KYA35S2FP", name: "ours" };

describe("the word of a job", () => {
  it.each([
    ["training", false, "Training"],
    ["training", true, "Estimate"],
    ["import", true, "Import check"],
    ["deletion", true, "Deletion preview"],
    ["export", true, "Export"],
  ] as const)("of kind %s, a dry run: %s, is %s", (kind, dryRun, word) => {
    expect(kindWord({ kind, dry_run: dryRun })).toBe(word);
  });
});

describe("what a job is about", () => {
  it.each([
    [[], ""],
    [[FACES], "Dataset faces"],
    [[OURS, FACES], "Model ours, Dataset faces"],
    [[OURS, FACES, FACES, FACES], "Model ours, Dataset faces and 2 more"],
  ])("is said in words", (about, said) => {
    expect(aboutWords({ about })).toBe(said);
  });
});
