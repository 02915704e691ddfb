// Which metrics are drawn together, by what there is: a GAN's six curves, judged quality, or a selector's epochs.
import type { CurveBand, CurveData } from "../../components/curveLines";
import type { Schemas } from "../../lib/api";
import { training as words } from "../../texts/training";
import type { Point } from "./points";

export interface CurveGroup {
  title: string;
  detail?: string;
  isShare: boolean;
  band?: CurveBand;
  names: string[];
}

const IDEAL: CurveBand = { from: 0.85, to: 0.95, label: words.ideal };
const OF_PIXELS: Schemas["TrainingView"]["architecture"][] = ["thesis", "dense", "dcgan", "r3"];
// What only a GAN on principal components tells, and `auto` does not say of itself.
const OF_QUALITY = ["quality", "coverage", "nearness", "kid", "invalid"];

/** The groups of a training's metrics; empty ones are left out. */
export function groupsOf(names: string[], training: Schemas["TrainingView"]): CurveGroup[] {
  const isPixels = OF_PIXELS.includes(training.architecture);
  const groups: CurveGroup[] =
    training.makes === "selector"
      ? [
          { title: words.selectorAccuracy, isShare: true, names: ["accuracy", "validation_accuracy"] },
          { title: words.selectorLoss, isShare: false, names: ["loss", "validation_loss"] },
        ]
      : [
          {
            title: words.accuracy,
            detail: isPixels ? words.accuracyPixels : words.accuracyEigen,
            isShare: true,
            names: ["acc_d_real", "acc_d_fake", "acc_g"],
            ...(isPixels && { band: IDEAL }),
          },
          { title: words.loss, isShare: false, names: ["loss_d_real", "loss_d_fake", "loss_g"] },
          { title: words.quality, detail: words.qualityDetail, isShare: false, names: OF_QUALITY },
        ];
  const told = groups.map((group) => ({
    ...group,
    names: group.names.filter((name) => names.includes(name)),
  }));
  const shown = told.filter((group) => group.names.length > 0);
  return isPixels ? shown : shown.sort((one, other) => order(one) - order(other));
}

// Where quality decides, it comes first.
const order = (group: CurveGroup): number => (group.title === words.quality ? 0 : 1);

/** The points as lines; a metric that is measured at some steps only has gaps. A logarithmic axis begins above 0. */
export function linesOf(points: Point[], names: string[], unit: string): CurveData {
  const drawn = points.filter((point) => point.step > 0);
  return {
    unit,
    at: drawn.map((point) => point.step),
    lines: names.map((name) => ({
      label: words.lines[name] ?? name,
      values: drawn.map((point) => point.values[name] ?? null),
    })),
  };
}

export const metricNames = (points: Point[]): string[] => [
  ...new Set(points.flatMap((point) => Object.keys(point.values))),
];
