import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { DecisionBars, fitWord } from "./DecisionBars";

const model = (name: string, probability: number, tone: number | null, offer: "as it is" | "unsuitable") => ({
  model: name,
  model_id: `mdl_${name}`,
  version: 1,
  probability,
  tone_de00: tone,
  fits: offer === "as it is",
  offer,
});

const MODELS = [
  model("medium", 0.06, 16.9, "unsuitable"),
  model("light", 0.93, 0.8, "as it is"),
  model("dark", 0.01, null, "unsuitable"),
];

const show = (models = MODELS) =>
  render(
    <MantineProvider>
      <DecisionBars models={models} chosen="mdl_light" />
    </MantineProvider>,
  );

const rows = (): string[][] =>
  [...document.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map(({ textContent }) => textContent ?? ""),
  );

describe("DecisionBars", () => {
  it("says numbers and fitting in words, likeliest first", () => {
    show();
    expect(rows()).toEqual([
      ["lightfills it", "93%", "0.8", "fits"],
      ["medium", "6%", "16.9", "does not fit"],
      ["dark", "1%", "not measured", "does not fit"],
    ]);
  });

  it("shows four models at first, and all when asked", () => {
    show(Array.from({ length: 6 }, (_, place) => model(`m${place}`, 0.1, 1, "as it is")));
    expect(rows()).toHaveLength(4);
    fireEvent.click(screen.getByText("Show all 6"));
    expect(rows()).toHaveLength(6);
  });

  it("says where nobody has measured whether a model fits", () => {
    expect(fitWord({})).toBe("not measured");
    expect(fitWord({ fits: false })).toBe("does not fit");
    expect(fitWord({ fits: true, offer: "far" })).toBe("fits, but is far");
  });
});
