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

test("a try that was refused leaves its dataset to the next one, unless another is wanted now", async () => {
  const queries = makeQueryClient();
  const { result } = renderHook(() => useImportOrder(vi.fn()), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    ),
  });
  const draft = { ...EMPTY, name: "faces", source: "drawn" as const };
  const tried = async (role: "train" | "test", isFull = true) => {
    asked.isFull.current = isFull;
    requests.length = 0;
    result.current.start({ draft: { ...draft, role }, dataset: undefined, isDryRun: false });
    await waitFor(() => expect(requests.at(-1)?.line).toBe("POST /v1/imports"));
    await waitFor(() => expect(result.current.isBusy).toBe(false));
    return requests.map(({ line }) => line);
  };
  expect(await tried("train")).toEqual(["POST /v1/datasets", "POST /v1/imports"]);
  expect(await tried("train")).toEqual(["POST /v1/imports"]);
  expect(await tried("test")).toEqual(["DELETE /v1/datasets/ds_1", "POST /v1/datasets", "POST /v1/imports"]);
  expect(requests[1]?.body).toMatchObject({ role: "test" });
  expect(requests[2]?.body).toMatchObject({ dataset_id: "ds_2" });
  expect(await tried("test", false)).toEqual(["POST /v1/imports"]);
  expect(await tried("train")).toEqual(["POST /v1/datasets", "POST /v1/imports"]); // what has images stays
});
