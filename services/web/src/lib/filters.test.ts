import { describe, expect, it } from "vitest";
import { asRead, asWritten, conditionsOf, toggled, without } from "./filters";

describe("filters", () => {
  it("join the values of an attribute, and keep colons in them", () => {
    const found = conditionsOf(["eyes:1", "mouth:2", "eyes:3", "url:a:b", "broken"]);
    expect([...found]).toEqual([
      ["eyes", ["1", "3"]],
      ["mouth", ["2"]],
      ["url", ["a:b"]],
    ]);
  });

  it("toggle a value without touching others that begin alike", () => {
    expect(toggled(["eyes:1", "eyes:11"], "eyes", "1")).toEqual(["eyes:11"]);
    expect(toggled(["eyes:11"], "eyes", "1")).toEqual(["eyes:11", "eyes:1"]);
    expect(without(["eye:1", "eyes:1", "eye:2"], "eye")).toEqual(["eyes:1"]);
  });

  it("quote what would be a range", () => {
    expect(asWritten("1..2")).toBe('"1..2"');
    expect(asRead(asWritten("1..2"))).toBe("1..2");
    expect(asRead("30..40")).toBe("30 to 40");
    expect(asRead("30..")).toBe("from 30");
    expect(asRead("")).toBe("missing");
  });
});
