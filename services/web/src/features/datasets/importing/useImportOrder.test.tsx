import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { makeQueryClient } from "../../../lib/queryClient";
import { EMPTY } from "./draft";
import { useImportOrder } from "./useImportOrder";

const asked = vi.hoisted(() => {
  const requests: { line: string; body: unknown }[] = [];
  const isFull = { current: true };
  globalThis.fetch = (async (request: Request) => {
    const { pathname } = new URL(request.url);
    const line = `${request.method} ${pathname}`;
    requests.push({ line, body: request.body && (await request.json()) });
    if (pathname === "/v1/imports" && isFull.current)
      return new Response(JSON.stringify({ status: 503, code: "overloaded", title: "No", detail: "" }), {
        status: 503,
        headers: { "Content-Type": "application/problem+json" },
      });
    const id = `ds_${requests.length}`;
    return new Response(JSON.stringify({ id }), { headers: { "Content-Type": "application/json" } });
  }) as typeof fetch; // before the client is made, which keeps it
  return { requests, isFull };
});

const { requests } = asked;

test("a dataset that was made for nothing is not left behind", async () => {
  const queries = makeQueryClient();
  const onDropped = vi.fn();
  const { result } = renderHook(() => useImportOrder({ onOrdered: vi.fn(), onDropped }), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    ),
  });
  const draft = { ...EMPTY, name: "faces", source: "drawn" as const };
  const tried = async (role: "train" | "test", isFull: boolean) => {
    asked.isFull.current = isFull;
    requests.length = 0;
    result.current.start({ draft: { ...draft, role }, dataset: undefined, isDryRun: false });
    await waitFor(() => expect(requests.map(({ line }) => line)).toContain("POST /v1/imports"));
    await waitFor(() => expect(result.current.isBusy).toBe(false));
    return requests.map(({ line }) => line);
  };
  const ended = async (job: object) => {
    requests.length = 0;
    await result.current.end({ dataset_id: "ds_1", dry_run: false, status: "succeeded", ...job } as never);
    return requests.map(({ line }) => line);
  };
  const refused = ["POST /v1/datasets", "POST /v1/imports", "DELETE /v1/datasets/ds_1"];
  expect(await tried("train", true)).toEqual(refused);
  expect(await tried("test", true)).toEqual(refused);
  expect(requests[0]?.body).toMatchObject({ role: "test" });
  expect(onDropped).not.toHaveBeenCalled(); // nothing was ordered, so nobody has heard of it

  for (const job of [{ dry_run: true }, { status: "failed" }, { status: "cancelled" }]) {
    expect(await tried("train", false)).toEqual(["POST /v1/datasets", "POST /v1/imports"]);
    expect(await ended(job)).toEqual(["DELETE /v1/datasets/ds_1"]);
  }
  expect(onDropped).toHaveBeenCalledTimes(3);
  await tried("train", false);
  expect(await ended({})).toEqual([]);
  expect(await ended({ status: "failed" })).toEqual([]); // a later import into what has images
});
