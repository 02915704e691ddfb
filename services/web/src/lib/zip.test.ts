import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { zipOf } from "./zip";

const text = (content: string): Blob => new Blob([content]);

async function bytesOf(files: [string, string][]): Promise<Buffer> {
  const zip = await zipOf(files.map(([path, content]) => ({ path, file: text(content) })));
  return Buffer.from(await zip.arrayBuffer());
}

describe("zipOf", () => {
  it("is read by another program, with folders and names of any script", async () => {
    const at = join(mkdtempSync(join(tmpdir(), "zip-")), "made.zip");
    const files: [string, string][] = [
      ["manifest.csv", "file,eyes\nimages/ada.png,1\n"],
      ["images/ada.png", "no picture"],
      ["images/zoë.png", ""],
    ];
    writeFileSync(at, await bytesOf(files));
    const read =
      "import sys,zipfile,json; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({n:z.read(n).decode() for n in z.namelist()}))";
    const found = JSON.parse(execFileSync("python3", ["-c", read, at]).toString());
    expect(found).toEqual(Object.fromEntries(files));
  });

  it("is the same for the same files in another order", async () => {
    const files: [string, string][] = [
      ["b.png", "two"],
      ["a.png", "one"],
    ];
    expect(await bytesOf(files)).toEqual(await bytesOf(files.toReversed()));
  });
});
