import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { FacetList } from "./FacetList";

const eyes = {
  attribute: "eyes",
  distinct: 2,
  values: [
    { value: "1", count: 25 },
    { value: "2", count: 5 },
  ],
};

function shown(where: string[], groups = [eyes]) {
  const onChange = vi.fn();
  render(
    <MantineProvider env="test">
      <FacetList groups={groups} where={where} onChange={onChange} />
    </MantineProvider>,
  );
  return onChange;
}

describe("FacetList", () => {
  it("has Any checked where nothing is chosen, and choosing a value unchecks it", async () => {
    const onChange = shown([]);
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Any" }).checked).toBe(true);
    await userEvent.click(screen.getByRole("checkbox", { name: /^1/ }));
    expect(onChange).toHaveBeenCalledWith(["eyes:1"]);
  });

  it("takes all values of its own attribute away by Any, and no others", async () => {
    const onChange = shown(["eyes:1", "eyes:2", "mouth:3"]);
    await userEvent.click(screen.getByRole("checkbox", { name: "Any" }));
    expect(onChange).toHaveBeenCalledWith(["mouth:3"]);
  });

  it.each(["constructor", "toString", "quality.face_size"])(
    "names a group whatever it is called: %s",
    (attribute) => {
      shown([], [{ ...eyes, attribute }]);
      const legend = attribute === "quality.face_size" ? /Face size/ : attribute;
      expect(screen.getByRole("group", { name: legend })).toBeDefined();
    },
  );

  it("keeps a chosen value that no image has", () => {
    shown(["eyes:9"]);
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: /^9\s*0$/ }).checked).toBe(true);
  });

  it("filters by a range of what was measured as a range, and by a value that looks like one as a value", async () => {
    const onChange = shown(
      [],
      [
        {
          attribute: "quality.sharpness",
          distinct: 1,
          values: [{ value: "8..10", count: 1, low: 8, high: 10 }] as never,
        },
        { attribute: "size", distinct: 1, values: [{ value: "1..2", count: 1 }] },
      ],
    );
    await userEvent.click(screen.getByRole("checkbox", { name: /^8 to 10/ }));
    expect(onChange).toHaveBeenLastCalledWith(["quality.sharpness:8..10"]);
    await userEvent.click(screen.getByRole("checkbox", { name: /^1\.\.2/ }));
    expect(onChange).toHaveBeenLastCalledWith(['size:"1..2"']);
  });
});
