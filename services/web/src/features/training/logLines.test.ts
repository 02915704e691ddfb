import { describe, expect, it } from "vitest";
import { lineOf, MOST_LINES, phaseWord, withEvents } from "./logLines";

const event = (id: number, type: string, data: Record<string, unknown> = {}) => ({
  id: String(id),
  type,
  data: { at: "2026-11-30T12:00:00Z", ...data },
});

describe("the event log", () => {
  it("tells what happened in words, by level", () => {
    expect(lineOf(event(2, "job.status", { status: "running", attempt: 2 }))).toMatchObject({
      level: "milestone",
      text: "A worker has begun, attempt 2",
    });
    expect(lineOf(event(3, "job.warning", { code: "collapse", detail: "It repeats itself." }))).toMatchObject(
      {
        level: "warning",
        text: "It repeats itself.",
      },
    );
    expect(lineOf(event(4, "job.sample", { step: 2000, name: "probe.png" }))).toMatchObject({
      level: "detail",
      text: "Test photo re-imaged at step 2,000",
    });
  });

  it("leaves out what is shown as progress or as a curve", () => {
    for (const type of ["job.metric", "job.progress", "end"]) expect(lineOf(event(5, type))).toBeNull();
  });

  it("shows a phase that it does not know as it is", () => {
    expect(phaseWord("loading_data")).toBe("Loading the faces");
    expect(phaseWord("of_a_later_release")).toBe("of a later release");
  });

  it("keeps the newest lines alone, each once", () => {
    const many = Array.from({ length: MOST_LINES + 300 }, (_, id) =>
      event(id + 1, "job.phase", { phase: "training" }),
    );
    const lines = withEvents(withEvents([], many.slice(0, 400)), many);
    expect(lines).toHaveLength(MOST_LINES);
    expect([lines[0]?.id, lines.at(-1)?.id]).toEqual(["301", String(MOST_LINES + 300)]);
    expect(withEvents(lines, many)).toBe(lines);
  });
});
