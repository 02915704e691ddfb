// Which part of the form shows what the service said of a field.
import type { ApiProblem } from "../../lib/problem";

/** Everything below these is shown where it belongs; the card tells the rest. */
const AT_FIELDS = [
  "/name",
  "/data",
  "/preset",
  "/architecture",
  "/start_from",
  "/model_id",
  "/hyperparameters",
  "/seed",
  "/probe",
];

const isUnder = (pointer: string | undefined, field: string): boolean =>
  pointer === field || pointer?.startsWith(`${field}/`) === true;

/** What is said of a field or of something inside it. */
export function errorUnder(problem: ApiProblem | null, field: string): string | null {
  return problem?.problem.errors?.find(({ pointer }) => isUnder(pointer, field))?.detail ?? null;
}

export function shownAtFields(problem: ApiProblem): string[] {
  return (problem.problem.errors ?? [])
    .map(({ pointer = "" }) => pointer)
    .filter((pointer) => AT_FIELDS.some((field) => isUnder(pointer, field)));
}
