import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64, hex, Sha256 } from "./sha256";

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 31 + 7) % 256);
const theirs = (bytes: Uint8Array) => createHash("sha256").update(bytes);

describe("Sha256", () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])("is what others make of %i bytes", (length) => {
    const bytes = bytesOf(length);
    expect(hex(new Sha256().update(bytes).digest())).toBe(theirs(bytes).digest("hex"));
  });

  it("is the same in pieces of any size", () => {
    const bytes = bytesOf(10_000);
    for (const size of [1, 7, 64, 100, 4096]) {
      const hash = new Sha256();
      for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size));
      expect(base64(hash.digest())).toBe(theirs(bytes).digest("base64"));
    }
  });
});
