// How long answers count as fresh, and which refusals are tried again by themselves.
import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

const MOST_TRIES = 3;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
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
}
