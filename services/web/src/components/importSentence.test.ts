import { describe, expect, it } from "vitest";
import { importSentence } from "./importSentence";

describe("importSentence", () => {
  it("counts, and says of the first row that was not taken why", () => {
    const rejected_rows = [
      {
        row: 57,
        file: "a57.png",
        code: "value_not_allowed",
        pointer: "/eyes",
        detail: "'9' is not one of 1, 2, 3, 4, 5",
      },
    ];
    expect(importSentence({ dry_run: false, result: { imported: 124, rejected: 1 }, rejected_rows })).toBe(
      "Images: 124 imported, 1 rejected. Row 57: eyes '9' is not one of 1, 2, 3, 4, 5.",
    );
  });

  it("says that nothing was imported rather than nothing", () => {
    expect(importSentence({ dry_run: true, result: { imported: 0, duplicates: 3 }, rejected_rows: [] })).toBe(
      "Images: 0 imported, 3 duplicates.",
    );
  });

  it("speaks of an edit as one", () => {
    const result = { imported: 0, edited: 25, unchanged: 2, rejected: 0 };
    expect(importSentence({ dry_run: false, result, rejected_rows: [] })).toBe(
      "Images: 25 edited, 2 unchanged.",
    );
  });
});
