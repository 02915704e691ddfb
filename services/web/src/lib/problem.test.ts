import { describe, expect, it } from "vitest";
import { ApiProblem, asProblem, problemOf, problemOfJob } from "./problem";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });

const PROBLEM = {
  type: "/problems/validation-failed",
  title: "The request is not valid",
  status: 422,
  detail: "The request needs attention in 1 field.",
  instance: "/v1/trainings",
  code: "validation_failed",
  request_id: "req_1",
  retryable: false,
  errors: [{ pointer: "/seed", code: "too_small", detail: "must be at least 0" }],
};

describe("problemOf", () => {
  it("keeps the API's own words, and finds what is said of a field", async () => {
    const refusal = await problemOf(answer(422, PROBLEM));
    expect(refusal.problem).toEqual(PROBLEM);
    expect(refusal.of("/seed")).toBe("must be at least 0");
    expect(refusal.of("/name")).toBeNull();
  });

  it("reads when to come back", async () => {
    expect((await problemOf(answer(429, PROBLEM, { "Retry-After": "7" }))).retryAfterSeconds).toBe(7);
    expect((await problemOf(answer(429, PROBLEM))).retryAfterSeconds).toBeNull();
  });

  it("has words for what is no problem of the API's", async () => {
    const refusal = await problemOf(new Response("<html>", { status: 502 }));
    expect(refusal.problem.code).toBe("unexpected_answer");
    expect(refusal.problem.retryable).toBe(true);
  });
});

describe("asProblem", () => {
  it("leaves problems as they are, and wraps all else", () => {
    const refusal = new ApiProblem(PROBLEM);
    expect(asProblem(refusal)).toBe(refusal);
    expect(asProblem(new TypeError("x is undefined")).problem.detail).toBe("x is undefined");
  });
});

describe("problemOfJob", () => {
  const failed = {
    code: "nothing_covered",
    title: "No pixel is covered",
    message: "no covering was found",
    retryable: false,
  };

  it("says what the error means, what it was, and what to do", () => {
    const { problem } = problemOfJob({ ...failed, remedy: "Send a map." });
    expect([problem.title, problem.detail]).toEqual([
      "No pixel is covered",
      "No covering was found. Send a map.",
    ]);
  });

  it("leaves out what nobody knows", () => {
    const { problem } = problemOfJob({ ...failed, message: "Is it one?", remedy: null });
    expect(problem.detail).toBe("Is it one?");
  });
});
