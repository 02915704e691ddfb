import { expect, it } from "vitest";
import { pythonValue } from "./python";

it("writes JSON values as Python does", () => {
  expect(pythonValue({ a: [1, true, null], b: 'say "x"' })).toBe(
    '{"a": [1, True, None], "b": "say \\"x\\""}',
  );
});
