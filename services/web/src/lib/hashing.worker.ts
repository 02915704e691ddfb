// SHA-256 of a file and of each of its parts, beside the page so that it stays quick.
import { base64, hex, Sha256 } from "./sha256";

export interface HashOrder {
  file: Blob;
  partBytes: number;
}

export type HashAnswer = { hashed: number } | { sha256: string; parts: string[] };

const PIECE = 2 * 2 ** 20;

self.onmessage = async ({ data }: MessageEvent<HashOrder>) => {
  const { file, partBytes } = data;
  const whole = new Sha256();
  const parts: string[] = [];
  for (let start = 0; start < file.size; start += partBytes) {
    const part = new Sha256();
    const end = Math.min(start + partBytes, file.size);
    for (let at = start; at < end; at += PIECE) {
      const bytes = new Uint8Array(await file.slice(at, Math.min(at + PIECE, end)).arrayBuffer());
      part.update(bytes);
      whole.update(bytes);
    }
    parts.push(base64(part.digest()));
    self.postMessage({ hashed: end } satisfies HashAnswer);
  }
  self.postMessage({ sha256: hex(whole.digest()), parts } satisfies HashAnswer);
};
