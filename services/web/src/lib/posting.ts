// Requests that the generated client has no types for: multipart parts, and bodies that are one of several shapes.
import { csrfHeaders } from "./api";
import { problemOf, unreachable } from "./problem";

type Headers = Record<string, string>;

/** POST parts and read the answer; `Answer` is the schema that the API documents for `path`. */
export function postForm<Answer>(
  path: string,
  parts: Record<string, Blob | string>,
  headers: Headers = {},
): Promise<Answer> {
  const body = new FormData();
  for (const [name, part] of Object.entries(parts)) body.set(name, part);
  return post(path, body, headers);
}

/** POST a JSON body and read the answer. */
export function postJson<Answer>(path: string, body: object, headers: Headers = {}): Promise<Answer> {
  return post(path, JSON.stringify(body), { ...headers, "Content-Type": "application/json" });
}

async function post<Answer>(path: string, body: BodyInit, headers: Headers): Promise<Answer> {
  const request = { method: "POST", body, headers: { ...csrfHeaders(), ...headers } };
  const response = await fetch(path, request).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Answer;
}
