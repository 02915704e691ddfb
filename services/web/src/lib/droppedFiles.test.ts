import { describe, expect, it } from "vitest";
import { arranged, isWanted } from "./droppedFiles";

const paths = (...names: string[]): string[] =>
  arranged(names.map((path) => ({ path, file: new Blob() }))).map(({ path }) => path);

describe("arranged", () => {
  it("drops the folder that holds everything, so that the manifest's paths fit", () => {
    expect(paths("faces/manifest.csv", "faces/images/ada.png")).toEqual(["manifest.csv", "images/ada.png"]);
  });

  it("keeps folders where there are several", () => {
    expect(paths("one/ada.png", "two/ada.png")).toEqual(["one/ada.png", "two/ada.png"]);
  });

  it("calls the only table as the service looks for it", () => {
    expect(paths("labels.CSV", "ada.png")).toEqual(["manifest.csv", "ada.png"]);
    expect(paths("labels.jsonl", "ada.png")).toEqual(["manifest.jsonl", "ada.png"]);
  });

  it("leaves several tables alone: which one is meant is not for us to say", () => {
    expect(paths("a.csv", "b.csv", "ada.png")).toEqual(["a.csv", "b.csv", "ada.png"]);
  });
});

describe("isWanted", () => {
  it("takes pictures, tables, and zips, and leaves what systems put beside them", () => {
    const names = [
      "a.png",
      "a.JPG",
      "m.csv",
      "x.zip",
      ".DS_Store",
      "__MACOSX/a.png",
      "f/.a.png",
      "notes.txt",
    ];
    expect(names.filter(isWanted)).toEqual(["a.png", "a.JPG", "m.csv", "x.zip"]);
  });
});
