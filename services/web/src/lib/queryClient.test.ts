import { expect, it, vi } from "vitest";
import { ApiProblem } from "./problem";
import { makeQueryClient } from "./queryClient";

const refusal = (status: number, code: string): ApiProblem =>
  new ApiProblem({
    type: `/problems/${code}`,
    title: "No",
    status,
    detail: "",
    instance: "",
    code,
    request_id: "",
    retryable: false,
    errors: [],
  });

const failing = (error: ApiProblem) => ({ queryFn: () => Promise.reject(error), retry: false });

it.each([
  [refusal(401, "not_authenticated"), true],
  [refusal(403, "csrf_failed"), true],
  [refusal(403, "scope_missing"), false],
])("asks anew who is signed in when the session is another than it was", async (error, isAsked) => {
  const queries = makeQueryClient();
  const who = vi.spyOn(queries, "invalidateQueries");
  await queries.fetchQuery({ queryKey: ["get", "/v1/jobs"], ...failing(error) }).catch(() => undefined);
  expect(who).toHaveBeenCalledTimes(isAsked ? 1 : 0);
  const order = { mutationFn: () => Promise.reject(error) };
  await queries
    .getMutationCache()
    .build(queries, order)
    .execute(undefined)
    .catch(() => undefined);
  expect(who).toHaveBeenCalledTimes(isAsked ? 2 : 0);
});

it("does not ask again and again where that itself is refused", async () => {
  const queries = makeQueryClient();
  const who = vi.spyOn(queries, "invalidateQueries");
  const asked = { queryKey: ["get", "/v1/me", {}], ...failing(refusal(401, "not_authenticated")) };
  await queries.fetchQuery(asked).catch(() => undefined);
  expect(who).not.toHaveBeenCalled();
});
