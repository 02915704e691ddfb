// Files in parts: what was sent before a reload or a break is not sent again. Only ids and labels are remembered.
import { client, csrfHeaders, type Schemas } from "./api";
import type { HashAnswer, HashOrder } from "./hashing.worker";
import { problemOf } from "./problem";

const KEPT = "maskeraid.uploads";
const PART_BYTES = 8 * 2 ** 20;
const MOST_TRIES = 4;

/** An upload that this browser began and no import has taken yet. */
export interface KeptUpload {
  id: string;
  sha256: string;
  name: string;
  bytes: number;
}

export interface Sending {
  doing: "reading" | "sending";
  done: number;
  total: number;
}

export function keptUploads(): KeptUpload[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? (kept as KeptUpload[]) : [];
  } catch {
    return []; // storage that is switched off, or of another release: nothing is continued
  }
}

function keep(uploads: KeptUpload[]): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(uploads));
  } catch {
    // Without storage an upload is not continued after a reload; it still arrives.
  }
}

export const forgetUpload = (id: string): void => keep(keptUploads().filter((one) => one.id !== id));

/** The upload's id, once the service has the whole file. Continues one that was begun for the same bytes. */
export async function sendFile(
  file: Blob,
  name: string,
  onProgress: (sending: Sending) => void,
  signal: AbortSignal,
): Promise<string> {
  const { sha256, parts } = await hashed(file, onProgress, signal);
  const upload = (await begun(sha256)) ?? (await announced(file, name, sha256));
  if (upload.status === "complete") return upload.id;
  const missing = new Set(upload.missing_parts);
  let done = file.size - missing.size * upload.part_bytes;
  onProgress({ doing: "sending", done: Math.max(0, done), total: file.size });
  for (const number of missing) {
    const start = (number - 1) * upload.part_bytes;
    const part = file.slice(start, start + upload.part_bytes);
    await sendPart(upload.id, number, part, parts[number - 1] ?? "", signal);
    done += upload.part_bytes;
    onProgress({ doing: "sending", done: Math.min(Math.max(0, done), file.size), total: file.size });
  }
  await client.POST("/v1/uploads/{upload_id}/complete", {
    params: { path: { upload_id: upload.id } },
    signal,
  });
  return upload.id;
}

async function begun(sha256: string): Promise<Schemas["UploadView"] | null> {
  for (const kept of keptUploads().filter((one) => one.sha256 === sha256)) {
    const found = await client
      .GET("/v1/uploads/{upload_id}", { params: { path: { upload_id: kept.id } } })
      .catch(() => null);
    if (found?.data && found.data.part_bytes === PART_BYTES) return found.data;
    forgetUpload(kept.id);
  }
  return null;
}

async function announced(file: Blob, name: string, sha256: string): Promise<Schemas["UploadView"]> {
  const { data } = await client.POST("/v1/uploads", {
    body: { file_name: name.slice(0, 100), bytes: file.size, sha256, part_bytes: PART_BYTES },
  });
  if (!data) throw new Error("The upload was not announced.");
  keep([...keptUploads(), { id: data.id, sha256, name, bytes: file.size }]);
  return data;
}

async function sendPart(
  id: string,
  number: number,
  part: Blob,
  digest: string,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`/v1/uploads/${id}/parts/${number}`, {
      method: "PUT",
      body: part,
      signal,
      headers: {
        ...csrfHeaders(),
        "Content-Type": "application/octet-stream",
        "Content-Digest": `sha-256=:${digest}:`,
      },
    }).catch((error: unknown) => {
      if (signal.aborted || tries === MOST_TRIES) throw error;
      return null; // the network broke: the part is sent again
    });
    if (answer?.ok) return;
    if (answer && (answer.status < 500 || tries === MOST_TRIES)) throw await problemOf(answer);
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
  }
}

function hashed(
  file: Blob,
  onProgress: (sending: Sending) => void,
  signal: AbortSignal,
): Promise<{ sha256: string; parts: string[] }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./hashing.worker.ts", import.meta.url), { type: "module" });
    const end = (): void => worker.terminate();
    signal.addEventListener("abort", () => {
      end();
      reject(signal.reason);
    });
    worker.onerror = (event) => {
      end();
      reject(new Error(event.message || "The file could not be read; has it changed or moved?"));
    };
    worker.onmessage = ({ data }: MessageEvent<HashAnswer>) => {
      if ("hashed" in data) return onProgress({ doing: "reading", done: data.hashed, total: file.size });
      end();
      resolve(data);
    };
    worker.postMessage({ file, partBytes: PART_BYTES } satisfies HashOrder);
  });
}
