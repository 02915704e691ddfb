import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Curve } from "./Curve";

vi.mock("./CurvePlot", () => ({ default: () => null })); // there is no canvas here

const at = [1, 2, 3];
const lines = [
  { label: "Real", values: [0.1, 0.2, 0.3] },
  { label: "Drawn", values: [0.4, null, null] },
];

function show(hovered: number | null) {
  render(
    <MantineProvider env="test">
      <Curve title="Accuracy" unit="step" at={at} lines={lines} isShare hovered={hovered} />
    </MantineProvider>,
  );
}

it("tells the values at the cursor, and where nothing was measured the last one before it", () => {
  show(1);
  expect(screen.getByText("step 2")).toBeDefined();
  expect(screen.getByText("20%")).toBeDefined();
  expect(screen.getByText("40%")).toBeDefined();
});

it("tells the newest values without a cursor", () => {
  show(null);
  expect(screen.getByText("step 3")).toBeDefined();
  expect(screen.getByText("30%")).toBeDefined();
});

it("has its numbers as a table behind a button", async () => {
  show(null);
  expect(screen.queryByRole("table")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Table: Accuracy" }));
  const table = await screen.findByRole("table");
  const rows = [...table.querySelectorAll("tbody tr")].map((row) =>
    [...row.querySelectorAll("td")].map((cell) => cell.textContent),
  );
  expect(rows).toEqual([
    ["1", "10%", "40%"],
    ["2", "20%", "–"],
    ["3", "30%", "–"],
  ]);
});
