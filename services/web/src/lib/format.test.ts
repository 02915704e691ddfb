import { describe, expect, it } from "vitest";
import { bytes, duration, percent, plural, relativeTime } from "./format";

describe("duration", () => {
  it.each([
    [0.0421, "42 ms"],
    [1, "1 s"],
    [59.6, "1 min"],
    [125, "2 min 5 s"],
    [3600, "1 h"],
    [90_061, "1 d 1 h"],
  ])("of %d seconds is %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

describe("bytes", () => {
  it.each([
    [0, "0 byte"],
    [999, "999 byte"],
    [1_000, "1 kB"],
    [1_449_000, "1.4 MB"],
    [8_589_934_592, "8.6 GB"],
  ])("of %d are %s", (value, words) => {
    expect(bytes(value)).toBe(words);
  });
});

describe("relativeTime", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  it.each([
    ["2026-11-30T11:59:57Z", "3 seconds ago"],
    ["2026-11-30T11:00:00Z", "1 hour ago"],
    ["2026-12-02T12:00:00Z", "in 2 days"],
    ["2026-11-29T12:00:00Z", "yesterday"],
  ])("of %s is %s", (at, words) => {
    expect(relativeTime(at, now)).toBe(words);
  });
});

describe("counted words", () => {
  it("are singular for one alone", () => {
    expect([0, 1, 1_200].map((value) => plural(value, "job"))).toEqual(["0 jobs", "1 job", "1,200 jobs"]);
  });

  it("round shares to one decimal", () => {
    expect(percent(0.98434)).toBe("98.4%");
  });
});
