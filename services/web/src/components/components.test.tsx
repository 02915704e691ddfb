import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Schemas } from "../lib/api";
import { ApiProblem } from "../lib/problem";
import { show } from "../testing/render";
import { Answer } from "./Answer";
import { ConfirmButton } from "./ConfirmButton";
import { Face, shownSize } from "./Face";
import { rowsOf } from "./Facts";
import { JobStatus, statusWord } from "./JobStatus";
import { ProblemCard } from "./ProblemCard";
import { SessionContext } from "./session";

const WISHES = { cancel_requested: false, pause_requested: false, stop_requested: false };

describe("JobStatus", () => {
  it.each(["queued", "running", "paused", "succeeded", "failed", "cancelled"] as const)(
    "says %s",
    (status) => {
      show(<JobStatus job={{ status, ...WISHES }} />);
      expect(screen.getByText(status)).toBeDefined();
    },
  );

  it.each([
    [{ cancel_requested: true, stop_requested: true, pause_requested: true }, "cancelling"],
    [{ cancel_requested: false, stop_requested: true, pause_requested: true }, "stopping"],
    [{ cancel_requested: false, stop_requested: false, pause_requested: true }, "pausing"],
  ])("tells the strongest wish that is not in effect", (wishes, word) => {
    expect(statusWord({ status: "running", ...wishes })).toBe(word);
  });

  it("tells no wish of a job that has ended", () => {
    expect(statusWord({ status: "succeeded", ...WISHES, cancel_requested: true })).toBe("succeeded");
  });
});

describe("Face", () => {
  it.each([
    [32, 100, 96],
    [32, 20, 32],
    [64, 192, 192],
    [128, 100, 100],
  ])("of %d pixels in a place of %d is %d large", (side, size, shown) => {
    expect(shownSize(side, size)).toBe(shown);
  });

  it("has its size before it has its pixels, and says what a model drew", () => {
    show(<Face src="/a.png" alt="re-imaging, candidate 3 of 8" side={32} size={96} synthetic />);
    const face = screen.getByRole("img", { name: "re-imaging, candidate 3 of 8, computer-made" });
    expect([face.getAttribute("width"), face.getAttribute("height")]).toEqual(["96", "96"]);
    expect(face.style.imageRendering).toBe("pixelated");
  });
});

describe("ProblemCard", () => {
  const problem = {
    type: "/problems/queue-full",
    title: "The queue is full",
    status: 429,
    detail: "Come back later.",
    instance: "/v1/trainings",
    code: "queue_full",
    request_id: "req_42",
    retryable: true,
    errors: [{ pointer: "/seed", code: "x", detail: "is odd" }],
  };

  it("shows title, detail, request, fields, and tries again where that may help", async () => {
    const again = vi.fn();
    show(<ProblemCard error={new ApiProblem(problem)} onRetry={again} />);
    for (const text of ["The queue is full", "Come back later.", "req_42", "/seed"])
      expect(screen.getByText(text)).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(again).toHaveBeenCalledOnce();
  });

  it("offers no second try of what would fail again, nor fields that are shown where they are", () => {
    show(
      <ProblemCard
        error={new ApiProblem({ ...problem, retryable: false })}
        onRetry={vi.fn()}
        shownAtFields={["/seed"]}
      />,
    );
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    expect(screen.queryByText("/seed")).toBeNull();
  });

  it.each([
    [401, "not_authenticated", "You are signed out"],
    [403, "csrf_failed", "This page knew an earlier session"],
  ])("says to people what %d means for them, and how to go on", (status, code, title) => {
    const error = new ApiProblem({ ...problem, status, code, title: "Authorization: Bearer" });
    const session = { tenant_id: "ten_1" } as Schemas["MeView"];
    const { unmount } = show(
      <SessionContext.Provider value={session}>
        <ProblemCard error={error} />
      </SessionContext.Provider>,
    );
    expect(screen.getByText(title)).toBeDefined();
    expect(screen.queryByRole("link")?.getAttribute("target")).toBe(status === 401 ? "_blank" : undefined);
    unmount();
    show(<ProblemCard error={error} />); // who signs in wants to know why that fails
    expect(screen.getByText("Authorization: Bearer")).toBeDefined();
  });
});

describe("Answer", () => {
  it("keeps what it has when reading anew fails, and says so", () => {
    const query = { data: ["a face"], error: new TypeError("gone"), refetch: vi.fn() };
    show(<Answer query={query}>{([name]) => <p>{name}</p>}</Answer>);
    for (const text of ["a face", "gone"]) expect(screen.getByText(text)).toBeDefined();
  });
});

describe("ConfirmButton", () => {
  it("does nothing before the second press, and names what is lost", async () => {
    const drop = vi.fn();
    show(
      <ConfirmButton loses="Drops 41,000 steps." onConfirm={drop}>
        Cancel
      </ConfirmButton>,
    );
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(drop).not.toHaveBeenCalled();
    expect(await screen.findByText("Drops 41,000 steps.")).toBeDefined();
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel" }));
    expect(drop).toHaveBeenCalledOnce();
  });
});

describe("Facts", () => {
  it("are the leaves of what the API says, by their way", () => {
    expect(rowsOf({ true_match: { covered: 0.3712, images: 1200 }, helps: false, note: null })).toEqual([
      ["true match, covered", "0.371"],
      ["true match, images", "1,200"],
      ["helps", "no"],
    ]);
  });
});
