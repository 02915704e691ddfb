import { describe, expect, it } from "vitest";
import { toldOptions } from "./asCall";
import {
  type Asked,
  askedAgain,
  coveringAgain,
  doubtOf,
  type Reimaging,
  stageOf,
  varyingAttributes,
} from "./reimaging";

const ASKED: Asked = {
  image_id: "img_01KA9G4NK0N4KPKYMBYYB3G1PS_000001",
  until: "covering",
  detect_faces: null,
  face: null,
  model: null,
  selector: "attributes",
  engine: "auto",
  pick: "spread",
  candidates: 8,
  attributes: {},
  smoothing_k: null,
  tone_match: "auto",
  seed: 7,
  purpose: null,
  case_reference: null,
  reuse: null,
  covering: {
    covering_id: null,
    method: "learned",
    colours: [],
    tolerance: 24,
    feather: 0,
    is_uploaded: false,
  },
};

function view(asked: Partial<Asked>, rest: Record<string, unknown> = {}): Reimaging {
  return {
    status: "succeeded",
    result: null,
    options: { ...ASKED, ...asked },
    ...rest,
  } as unknown as Reimaging;
}

const FOUND = { result: { covering: { covering_id: "cov_1", map: "" }, faces: [] } };

describe("the covering that is taken again", () => {
  it("is the one that was found, with the feather that was asked", () => {
    const covering = { ...ASKED.covering, feather: 3 };
    expect(coveringAgain(view({ covering }, FOUND))).toEqual({ covering_id: "cov_1", feather: 3 });
  });

  it("is the one that was named, where nothing came of it", () => {
    const covering = { ...ASKED.covering, covering_id: "cov_2" };
    expect(coveringAgain(view({ covering }))).toEqual({ covering_id: "cov_2", feather: 0 });
  });

  it("is looked for as before, where there is none", () => {
    const covering: Asked["covering"] = { ...ASKED.covering, method: "colour", colours: [[20, 150, 140]] };
    expect(coveringAgain(view({ covering }))).toEqual({
      method: "colour",
      colours: [[20, 150, 140]],
      tolerance: 24,
    });
    expect(coveringAgain(view({}))).toEqual({});
  });
});

describe("the same question again", () => {
  it("goes on to the end with the same seed, unless that is changed", () => {
    expect(askedAgain(view({}, FOUND))).toMatchObject({ until: "final", seed: 7, candidates: 8 });
    expect(askedAgain(view({}, FOUND), { seed: null }).seed).toBeNull();
  });

  it("never names a model and a way to choose one: the API refuses both", () => {
    const named = askedAgain(view({ selector: "cnn" }), { model: { model_id: "mdl_1" } });
    expect(named.model).toEqual({ model_id: "mdl_1" });
    expect(named).not.toHaveProperty("selector");
    const chosen = askedAgain(view({ model: { model_id: "mdl_1", version: 2 } }), {
      model: null,
      selector: "cnn",
    });
    expect(chosen).toMatchObject({ model: null, selector: "cnn" });
  });

  it("keeps the face of a photograph, and asks for none where none is looked for", () => {
    const photo = { result: { ...FOUND.result, photo: { matrix: [] }, face: 2 } };
    expect(askedAgain(view({}, photo)).face).toBe(2);
    expect(askedAgain(view({ face: 1 }), { detect_faces: false })).not.toHaveProperty("face");
  });
});

it("copied as a call, it leaves out what is the default anyway", () => {
  expect(toldOptions(view({}))).toEqual({ seed: 7 });
  expect(toldOptions(view({ smoothing_k: 0, attributes: { mouth: "2" }, candidates: 4 }))).toEqual({
    seed: 7,
    candidates: 4,
    smoothing: { k: 0 },
    attributes: { mouth: "2" },
  });
});

it("tells how far a re-imaging went", () => {
  expect(stageOf(view({}, { status: "running" }))).toBe("open");
  expect(stageOf(view({}, FOUND))).toBe("covering");
  expect(stageOf(view({}, { result: { ...FOUND.result, candidates: [{}] } }))).toBe("final");
  expect(stageOf(view({}, { status: "failed" }))).toBe("failed");
});

it("names the attributes in which candidates differ alone", () => {
  const candidates = [
    { attributes: { eyes: "1", mouth: "3" } },
    { attributes: { eyes: "1", mouth: "4" } },
  ] as unknown as Parameters<typeof varyingAttributes>[0];
  expect(varyingAttributes(candidates)).toEqual(["mouth"]);
  expect(varyingAttributes([])).toEqual([]);
});

describe("a covering that should be looked at", () => {
  it.each([
    ["learned", 0.3, 0.9, null],
    ["learned", 0.6, 0.95, "largeCovering"],
    ["guess", 0.6, null, "largeCovering"],
    ["learned", 0.3, 0.6, "unsureCovering"],
    ["map", 0.8, null, null],
  ] as const)("found by %s, of %d, with a confidence of %d: %s", (by, share, confidence, doubt) => {
    expect(doubtOf({ by, share, confidence })).toBe(doubt);
  });
});
