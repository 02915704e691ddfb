import { describe, expect, it } from "vitest";
import type { Schemas } from "../../lib/api";
import { groupsOf, linesOf } from "./curveGroups";
import type { Point } from "./points";

const of = (some: Partial<Schemas["TrainingView"]>) =>
  ({ makes: "model", architecture: "auto", ...some }) as Schemas["TrainingView"];
const GAN = ["acc_d_real", "acc_d_fake", "acc_g", "loss_d_real", "loss_d_fake", "loss_g"];

describe("which curves are drawn", () => {
  it("of a GAN of pixels accuracies with the ideal band first, then losses", () => {
    const groups = groupsOf(GAN, of({ architecture: "thesis" }));
    expect(groups.map(({ title }) => title)).toEqual(["Accuracy", "Loss"]);
    expect(groups[0]?.band).toMatchObject({ from: 0.85, to: 0.95 });
  });

  it("of principal components quality first, and no ideal band", () => {
    const groups = groupsOf([...GAN, "quality", "nearness", "coverage"], of({ architecture: "auto" }));
    expect(groups.map(({ title }) => title)).toEqual(["Quality", "Accuracy", "Loss"]);
    expect(groups[0]?.names).toEqual(["quality", "coverage", "nearness"]);
    expect(groups[1]?.band).toBeUndefined();
  });

  it("of a selector accuracy and loss, of training and validation", () => {
    const names = ["loss", "accuracy", "validation_loss", "validation_accuracy"];
    const groups = groupsOf(names, of({ makes: "selector", architecture: "thesis" }));
    expect(groups.map(({ names: drawn }) => drawn)).toEqual([
      ["accuracy", "validation_accuracy"],
      ["loss", "validation_loss"],
    ]);
    expect(groups[0]?.band).toBeUndefined();
  });

  it("has gaps where nothing was measured, and begins above 0", () => {
    const points: Point[] = [
      { step: 0, values: { quality: 0 } },
      { step: 1, values: {} },
      { step: 500, values: { quality: 0.5 } },
    ];
    const data = linesOf(points, ["quality"], "step");
    expect(data.at).toEqual([1, 500]);
    expect(data.lines).toEqual([{ label: "Quality", values: [null, 0.5] }]);
  });
});
