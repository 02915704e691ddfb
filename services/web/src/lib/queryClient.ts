// How long answers count as fresh, and which refusals are tried again by themselves.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

const MOST_TRIES = 3;

const WHO = "/v1/me";

/** The session has ended, or is another than the page knew. */
const isOfSession = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.problem.status === 401 || error.problem.code === "csrf_failed");

export function makeQueryClient(): QueryClient {
  /** Asks anew who is signed in, which brings the token of the session that there is. */
  const renew = (error: unknown): void => {
    if (isOfSession(error)) void client.invalidateQueries({ queryKey: ["get", WHO] });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error, { queryKey }) => queryKey[1] !== WHO && renew(error) }),
    mutationCache: new MutationCache({ onError: renew }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) =>
          error instanceof ApiProblem && error.problem.retryable && failures < MOST_TRIES,
        retryDelay: (failures, error) =>
          1000 *
          (error instanceof ApiProblem && error.retryAfterSeconds ? error.retryAfterSeconds : 2 ** failures),
      },
      mutations: { retry: false },
    },
  });
  return client;
}
