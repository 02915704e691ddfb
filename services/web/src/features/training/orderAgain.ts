// A training's order as an address of the form, as an API call, and in Python.
import type { Call } from "../../lib/calls";
import { orderCall, orderPython, type TrainingBody } from "../../lib/trainingCalls";
import type { Training } from "./useFollowed";

/** The form, filled as this training was ordered. */
export function againAt(training: Training): string {
  const search = new URLSearchParams({ name: training.name });
  for (const { dataset_id: dataset, version } of training.data)
    search.append("data", `${dataset}@${version}`);
  const only = training.data.length === 1 ? training.data[0] : undefined;
  for (const where of only?.where ?? []) search.append("where", where);
  if (training.architecture !== "auto") search.set("architecture", training.architecture);
  if (training.preset !== "quick") search.set("preset", training.preset);
  search.set("seed", String(training.seed));
  for (const [name, value] of Object.entries(training.hyperparameters)) search.set(name, String(value));
  return `/trainings/new?${search}`;
}

function bodyOf(training: Training): TrainingBody {
  const { name, seed, start_from: start, model_id: model, hyperparameters } = training;
  if (training.makes === "selector") return { kind: "selector", name, seed };
  return {
    name,
    data: training.data,
    architecture: training.architecture,
    preset: training.preset,
    ...(Object.keys(hyperparameters).length && { hyperparameters }),
    seed,
    ...(start && { start_from: start as TrainingBody["start_from"] }),
    ...(model && { model_id: model }),
  };
}

/** Of a promotion, the checkpoint that it is made of. */
const promoted = ({ is_promotion: is, start_from: start }: Training) =>
  is && start?.training_id ? { of: start.training_id, step: start.step } : null;

export function callOf(training: Training): Call {
  const from = promoted(training);
  return from
    ? { method: "POST", path: `/v1/trainings/${from.of}/checkpoints/${from.step}/promote` }
    : orderCall(bodyOf(training));
}

export function pythonOf(training: Training): string {
  const from = promoted(training);
  return from
    ? `training = client.trainings.promote("${from.of}", ${from.step})\nprint(training.wait().model)`
    : orderPython(bodyOf(training));
}
