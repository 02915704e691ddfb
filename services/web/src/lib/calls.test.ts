import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { curlOf, shellQuoted } from "./calls";

const HOSTILE = ["a b", "it's", "$(touch /tmp/x)", "`id`", "a\nb", '"', "\\", "--flag", "*", "ümlaut", ""];

describe("shellQuoted", () => {
  it("comes out of a shell as it went in", () => {
    const words = HOSTILE.map((word) => shellQuoted(word)).join(" ");
    const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${words}`]).toString();
    expect(printed.split("\0").slice(0, -1)).toEqual(HOSTILE);
  });
});

describe("curlOf", () => {
  it("keeps the key out, and repeats what is repeated", () => {
    const text = curlOf(
      {
        method: "GET",
        path: "/v1/images",
        query: [
          ["where", "eyes:1"],
          ["where", "mouth:2"],
        ],
      },
      "http://127.0.0.1:8000",
    );
    expect(text).toContain('-H "Authorization: Bearer $MASKERAID_KEY"');
    expect(text).toContain("'http://127.0.0.1:8000/v1/images?where=eyes%3A1&where=mouth%3A2'");
    expect(text).not.toContain("-X");
  });

  it("sends a body as JSON, by POST without saying so", () => {
    const text = curlOf({ method: "POST", path: "/v1/datasets", body: { name: "it's" } }, "http://h");
    expect(text).toContain("-H 'Content-Type: application/json'");
    expect(text).toContain(`-d '{"name":"it'\\''s"}'`);
    expect(text).not.toContain("-X");
  });

  it("names a verb that curl would not choose", () => {
    expect(curlOf({ method: "DELETE", path: "/v1/models/mdl_1" }, "http://h")).toContain("-X DELETE");
  });
});
