// An API call as text for a shell. Values are quoted so that none of them can become part of the command.

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From `/v1` on, without query. */
  path: string;
  query?: [name: string, value: string][];
  body?: unknown;
  /** Multipart fields; a value that begins with `@` names a file. */
  form?: [name: string, value: string][];
  headers?: [name: string, value: string][];
}

/** A word for POSIX shells, in single quotes unless it needs none. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The call as one curl command; `$MASKERAID_KEY` stands for the key. */
export function curlOf(call: Call, origin: string = window.location.origin): string {
  const query = new URLSearchParams(call.query).toString();
  const parts = ["curl -sSf", '-H "Authorization: Bearer $MASKERAID_KEY"'];
  if (call.method !== "GET" && !(call.method === "POST" && (call.body !== undefined || call.form)))
    parts.push(`-X ${call.method}`);
  for (const [name, value] of call.headers ?? []) parts.push(`-H ${shellQuoted(`${name}: ${value}`)}`);
  if (call.body !== undefined)
    parts.push("-H 'Content-Type: application/json'", `-d ${shellQuoted(JSON.stringify(call.body))}`);
  for (const [name, value] of call.form ?? []) parts.push(`-F ${shellQuoted(`${name}=${value}`)}`);
  parts.push(shellQuoted(`${origin}${call.path}${query ? `?${query}` : ""}`));
  return parts.join(" \\\n  ");
}
