import { expect, it } from "vitest";
import { ApiProblem, type Problem } from "../../lib/problem";
import { errorUnder, shownAtFields } from "./fieldErrors";

const problem = new ApiProblem({
  title: "The request is not valid",
  errors: [
    { pointer: "/data/1/where/0", detail: "no such attribute" },
    { pointer: "/hyperparameters/batch", detail: "must be at least 2" },
    { pointer: "/deadline_seconds", detail: "must be at least 1" },
  ],
} as unknown as Problem);

it("finds what is said of something inside a field", () => {
  expect(errorUnder(problem, "/data/1")).toBe("no such attribute");
  expect(errorUnder(problem, "/data/10")).toBeNull();
  expect(errorUnder(problem, "/hyperparameters")).toBe("must be at least 2");
  expect(errorUnder(null, "/data")).toBeNull();
});

it("leaves to the card what no field shows", () => {
  expect(shownAtFields(problem)).toEqual(["/data/1/where/0", "/hyperparameters/batch"]);
});
