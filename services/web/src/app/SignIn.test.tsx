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

function show(hash = "", wanted = "/jobs?status=running") {
  const routes = [
    { path: "/sign-in", Component: SignIn },
    { path: "*", element: <p>signed in</p> },
  ];
  const from = { pathname: "/sign-in", hash, state: { from: wanted } };
  const router = createMemoryRouter(routes, { initialEntries: [from] });
  render(
    <MantineProvider>
      <QueryClientProvider client={makeQueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return router;
}

beforeEach(() => answer.mockReset());

const bodyOf = (call: number): Promise<unknown> | undefined => answer.mock.calls[call]?.[0].json();
const REFUSAL = { status: 401, code: "not_authenticated", title: "No", detail: "It is wrong.", errors: [] };

test("a link in the address signs in at once, and leaves the address", async () => {
  answer.mockResolvedValue(json(201, { csrf_token: "t" }));
  const router = show("#link=once");
  await screen.findByText("signed in");
  expect(router.state.location).toMatchObject({ pathname: "/jobs", search: "?status=running", hash: "" });
  expect(answer).toHaveBeenCalledOnce();
  expect(await bodyOf(0)).toEqual({ link: "once" });
});

test("a second link, pasted while the page is open, is used too, and leaves the address", async () => {
  answer.mockResolvedValueOnce(json(401, REFUSAL)).mockResolvedValueOnce(json(201, { csrf_token: "t" }));
  const router = show("#link=old");
  await screen.findByText(/It is wrong\./);
  expect(router.state.location.hash).toBe("");
  await router.navigate("/sign-in#link=new");
  await screen.findByText("signed in");
  expect(await bodyOf(1)).toEqual({ link: "new" });
});

test("a link that the service did not get can be tried again", async () => {
  answer
    .mockRejectedValueOnce(new TypeError("network"))
    .mockResolvedValueOnce(json(201, { csrf_token: "t" }));
  show("#link=once");
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByText("signed in");
  expect(await bodyOf(1)).toEqual({ link: "once" });
});

test("an address that looks like another host's leads to a place of ours", async () => {
  answer.mockResolvedValue(json(201, { csrf_token: "t" }));
  const router = show("#link=once", "//other.example/x");
  await screen.findByText("signed in");
  expect(router.state.location.pathname).toBe("/other.example/x");
});

test("a refused key shows why, and can be mended", async () => {
  answer.mockResolvedValueOnce(json(401, REFUSAL)).mockResolvedValueOnce(json(201, { csrf_token: "t" }));
  show();
  await userEvent.type(screen.getByLabelText(/key/i), "mk_wrong{Enter}");
  await screen.findByText(/It is wrong\./);
  await userEvent.type(screen.getByLabelText(/key/i), "_right{Enter}");
  await screen.findByText("signed in");
  expect(await bodyOf(1)).toEqual({ key: "mk_wrong_right" });
});
