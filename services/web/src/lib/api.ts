// The one door to the API: typed by its OpenAPI document, same origin, every refusal an `ApiProblem`.
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import type { components, paths } from "./apiTypes";
import { ApiProblem, problemOf, unreachable } from "./problem";

export type Schemas = components["schemas"];

let csrfToken: string | null = null;

/** What the session's own `GET /v1/me` answered; kept in memory only, and sent with each unsafe request. */
export function keepCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Headers of a request that is made without the client: uploads of raw bytes. */
export function csrfHeaders(): Record<string, string> {
  return csrfToken ? { "X-CSRF-Token": csrfToken } : {};
}

const refusals: Middleware = {
  onRequest({ request }) {
    if (csrfToken && request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok || response.status === 304) return undefined;
    throw await problemOf(response);
  },
  onError({ error }) {
    return error instanceof ApiProblem || (error instanceof DOMException && error.name === "AbortError")
      ? undefined
      : unreachable();
  },
};

export const client = createFetchClient<paths>({ baseUrl: window.location.origin });
client.use(refusals);

/** Typed `useQuery` and `useMutation` over paths: `api.useQuery("get", "/v1/jobs", …)`. Keys are `[verb, path, init]`. */
export const api = createQueryClient(client);
