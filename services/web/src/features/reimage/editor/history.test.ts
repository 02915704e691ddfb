import { expect, it } from "vitest";
import { begun, done, redone, undone } from "./history";

it("takes steps back and does them again", () => {
  const after = done(done(begun("a"), "b"), "c");
  expect(undone(after).present).toBe("b");
  expect(undone(undone(after)).present).toBe("a");
  expect(redone(undone(after)).present).toBe("c");
});

it("has nothing before its beginning, and nothing behind its end", () => {
  expect(undone(begun("a")).present).toBe("a");
  expect(redone(done(begun("a"), "b")).present).toBe("b");
});

it("forgets what was taken back once something else is done", () => {
  const other = done(undone(done(begun("a"), "b")), "c");
  expect(redone(other).present).toBe("c");
  expect(undone(other).present).toBe("a");
});

it("keeps the newest sixty steps", () => {
  let history = begun(0);
  for (let step = 1; step <= 100; step++) history = done(history, step);
  for (let step = 1; step <= 100; step++) history = undone(history);
  expect(history.present).toBe(40);
});
