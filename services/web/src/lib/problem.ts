// Refusals in the API's own words (RFC 9457), and the two that only a browser knows.
import type { components } from "./apiTypes";

export type Problem = components["schemas"]["Problem"];

/** A refusal: what `components/ProblemCard` shows, and nothing else does. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null = null) {
    super(problem.detail || problem.title);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What is said of one field, by its JSON pointer (`/smoothing/k`). */
  of(pointer: string): string | null {
    return this.problem.errors?.find((error) => error.pointer === pointer)?.detail ?? null;
  }
}

const own = (code: string, title: string, detail: string, retryable: boolean, status = 0): Problem => ({
  type: `/problems/${code.replaceAll("_", "-")}`,
  title,
  status,
  detail,
  instance: "",
  code,
  request_id: "",
  retryable,
  errors: [],
});

/** Why a job failed, as the problem that it is, with what to do about it. */
export function problemOfJob(error: components["schemas"]["JobErrorView"]): ApiProblem {
  const detail = [sentence(error.message), error.remedy].filter(Boolean).join(" ");
  return new ApiProblem(own(error.code, error.title, detail, false));
}

/** A message of the service as a sentence: with a large letter and a full stop. */
export const sentence = (text: string): string => {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
};

export function unreachable(): ApiProblem {
  return new ApiProblem(
    own(
      "unreachable",
      "The service does not answer",
      "Is it running? Nothing was lost; try again in a moment.",
      true,
    ),
  );
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("Retry-After"));
  const seconds = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null;
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json"))
    return new ApiProblem((await response.json()) as Problem, seconds);
  const title = `The service answered ${response.status}`;
  return new ApiProblem(
    own(
      "unexpected_answer",
      title,
      "Its answer was not one of the API's.",
      response.status >= 500,
      response.status,
    ),
    seconds,
  );
}

/** Any thrown thing as a problem: an unexpected error is shown as one, never swallowed. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiProblem(own("unexpected", "Something went wrong in this page", detail, true));
}
