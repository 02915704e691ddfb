import { describe, expect, it } from "vitest";
import { attestationOf, EMPTY, missingOf } from "./draft";

const complete = {
  ...EMPTY,
  name: "our-faces",
  files: [{ path: "a.zip", file: new Blob(["a"]) }],
  basis: "consent" as const,
  purpose: "restoration",
  minorsExcluded: true,
};

describe("missingOf", () => {
  it("names each field that an upload needs", () => {
    expect(Object.keys(missingOf(EMPTY, false)).sort()).toEqual(
      ["basis", "files", "minorsExcluded", "name", "purpose"].sort(),
    );
    expect(missingOf(complete, false)).toEqual({});
  });

  it("asks for the licence with the basis that needs one, and only then", () => {
    expect(Object.keys(missingOf({ ...complete, basis: "public_licence" }, false))).toEqual(["licence"]);
  });

  it("asks for no word where the dataset has given it, or where nobody is shown", () => {
    const files = complete.files;
    expect(missingOf({ ...EMPTY, target: "ds_1", files }, true)).toEqual({});
    expect(missingOf({ ...EMPTY, name: "drawn", source: "drawn" }, false)).toEqual({});
  });
});

describe("attestationOf", () => {
  it("names a licence with its basis only", () => {
    expect(attestationOf({ ...complete, licence: "CC0-1.0" })).not.toHaveProperty("licence");
    expect(attestationOf({ ...complete, basis: "public_licence", licence: " CC0-1.0 " })?.licence).toBe(
      "CC0-1.0",
    );
  });
});
