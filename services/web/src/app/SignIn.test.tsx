import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import { beforeEach, expect, test, vi } from "vitest";
import { makeQueryClient } from "../lib/queryClient";
import { SignIn } from "./SignIn";

const answer = vi.hoisted(() => {
  const mock = vi.fn<(request: Request) => Promise<Response>>();
  globalThis.fetch = mock as typeof fetch; // before the client is made, which keeps it
  return mock;
});

function json(status: number, body: object): Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
}

function show(): void {
  const routes = [
    { path: "/sign-in", Component: SignIn },
    { path: "*", element: <p>signed in</p> },
  ];
  const from = { pathname: "/sign-in", state: { from: "/jobs?status=running" } };
  render(
    <MantineProvider>
      <QueryClientProvider client={makeQueryClient()}>
        <RouterProvider router={createMemoryRouter(routes, { initialEntries: [from] })} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeEach(() => answer.mockReset());

test("a link in the address signs in at once, and leaves the address", async () => {
  window.history.replaceState(null, "", "/sign-in#link=once");
  answer.mockResolvedValue(json(201, { csrf_token: "t" }));
  show();
  expect(window.location.hash).toBe("");
  await screen.findByText("signed in");
  expect(answer).toHaveBeenCalledOnce();
  expect(await answer.mock.calls[0]?.[0].json()).toEqual({ link: "once" });
});

test("a refused key shows why, and can be mended", async () => {
  const refusal = { status: 401, code: "not_authenticated", title: "No", detail: "It is wrong.", errors: [] };
  answer.mockResolvedValueOnce(json(401, refusal)).mockResolvedValueOnce(json(201, { csrf_token: "t" }));
  show();
  await userEvent.type(screen.getByLabelText(/key/i), "mk_wrong{Enter}");
  await screen.findByText(/It is wrong\./);
  await userEvent.type(screen.getByLabelText(/key/i), "_right{Enter}");
  await screen.findByText("signed in");
  expect(await answer.mock.calls[1]?.[0].json()).toEqual({ key: "mk_wrong_right" });
});
