import { describe, expect, it, vi } from "vitest";
import { home } from "../../texts/home";
import { type DemoStep, tryDemo } from "./demo";

// The client keeps the `fetch` that it finds when it is made.
const door = vi.hoisted(() => {
  const to = { service: async (_: Request): Promise<Response> => Response.error() };
  vi.stubGlobal("fetch", (request: Request) => to.service(request));
  return to;
});

/** A service that answers by verb and path; every call is noted. */
function service(answers: Record<string, unknown[]>): string[] {
  const calls: string[] = [];
  door.service = async (request: Request) => {
    const call = `${request.method} ${new URL(request.url).pathname}`;
    calls.push(call);
    const left = answers[call] ?? [];
    const body = left.length > 1 ? left.shift() : left[0];
    return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
  };
  return calls;
}

const FACES = {
  data: [
    { id: "img_1", file: "a_hair-mask.png" },
    { id: "img_2", file: "a_mask.png" },
  ],
};
const ANSWERS = {
  "GET /v1/models": [{ data: [{ id: "mdl_1", name: "demo-faces-dark" }] }],
  "GET /v1/datasets": [{ data: [] }],
  "POST /v1/datasets": [{ id: "ds_1", image_count: 0 }],
  "POST /v1/imports": [{ id: "imp_1", status: "queued" }],
  "GET /v1/imports/imp_1": [
    { id: "imp_1", status: "running" },
    { id: "imp_1", status: "succeeded" },
  ],
  "GET /v1/datasets/ds_1": [{ image_count: 0 }, { image_count: 2700 }],
  "GET /v1/images": [FACES],
  "POST /v1/reimagings": [{ id: "rim_1" }],
};

describe("tryDemo", () => {
  it("draws faces where there are none, waits until they can be read, and orders one", async () => {
    const calls = service(structuredClone(ANSWERS));
    const steps: DemoStep[] = [];
    expect(await tryDemo((step) => steps.push(step))).toBe("rim_1");
    expect(steps).toEqual(["faces", "choosing", "filling"]);
    expect(calls.filter((call) => call === "GET /v1/datasets/ds_1")).toHaveLength(2);
    expect(calls.indexOf("GET /v1/images")).toBeGreaterThan(calls.lastIndexOf("GET /v1/datasets/ds_1"));
  });

  it("takes the faces of an earlier try", async () => {
    const known = { data: [{ id: "ds_1", image_count: 2700 }] };
    const calls = service({ ...structuredClone(ANSWERS), "GET /v1/datasets": [known] });
    await tryDemo(() => undefined);
    expect(calls).not.toContain("POST /v1/datasets");
    expect(calls).not.toContain("POST /v1/imports");
  });

  it("says so where there is no demo model", async () => {
    service({ ...structuredClone(ANSWERS), "GET /v1/models": [{ data: [] }] });
    await expect(tryDemo(() => undefined)).rejects.toMatchObject({
      problem: { title: home.noDemoTitle },
    });
  });
});
