import { describe, expect, it } from "vitest";
import type { Schemas } from "../../lib/api";
import { changesOf, draftOf } from "./policyDraft";

const POLICY: Schemas["PolicyView"] = {
  object: "policy",
  purpose_required: false,
  forensic_illustration: false,
  results_kept_days: 30,
  datasets_kept_days: null,
  widest_visibility: "public",
  exact_places: true,
};

describe("changesOf", () => {
  it("is empty while nothing differs", () => {
    expect(changesOf(POLICY, draftOf(POLICY))).toEqual({});
  });

  it("has only what was changed", () => {
    const draft = { ...draftOf(POLICY), purpose_required: true, datasets_kept_days: 180 };
    expect(changesOf(POLICY, draft)).toEqual({ purpose_required: true, datasets_kept_days: 180 });
  });

  it("tells no days from none left", () => {
    expect(changesOf(POLICY, { ...draftOf(POLICY), results_kept_days: 0 })).toEqual({ results_kept_days: 0 });
    expect(changesOf(POLICY, { ...draftOf(POLICY), results_kept_days: "" })).toEqual({
      results_kept_days: null,
    });
  });
});
