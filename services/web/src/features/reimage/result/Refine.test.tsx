import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "../../../testing/render";
import type { Reimaging } from "../reimaging";
import { Refine } from "./Refine";
import type { Tuned } from "./useTuned";

it("groups what changes at once apart from what needs a new drawing", () => {
  const view = { options: { attributes: {} }, result: null } as unknown as Reimaging;
  const tuned = { k: 8, toneMatch: "auto", isBusy: false, error: null } as Tuned;
  const ordering = { again: () => undefined, isPending: false, error: null };
  show(<Refine view={view} tuned={tuned} ordering={ordering} onEdit={() => undefined} />);
  const atOnce = within(screen.getByRole("group", { name: "Changes these faces at once" }));
  expect(atOnce.getByRole("slider")).toBeDefined();
  expect(atOnce.getByRole("switch", { name: /Match the skin tone/ })).toBeDefined();
  const anew = within(screen.getByRole("group", { name: "Needs a new drawing" }));
  expect(anew.getByRole("button", { name: "Edit the covering" })).toBeDefined();
  expect(anew.queryByRole("slider")).toBeNull();
});
