import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Sheets, tileFor } from "./sheets";

type Asked = { url: string; signal: AbortSignal; answer: (status?: number) => void };

let asked: Asked[];
const revoked: string[] = [];

beforeEach(() => {
  asked = [];
  revoked.length = 0;
  let made = 0;
  URL.createObjectURL = () => `blob:${made++}`;
  URL.revokeObjectURL = (url) => revoked.push(url);
  vi.stubGlobal("fetch", (url: string, { signal }: { signal: AbortSignal }) => {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const headers = { "Sheet-Tile": "32", "Sheet-Columns": "15", "Sheet-Count": "200" };
      asked.push({
        url,
        signal,
        answer: (status = 200) => resolve(new Response("picture", { status, headers })),
      });
    });
  });
});

afterEach(() => vi.unstubAllGlobals());

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("Sheets", () => {
  it("asks once for each page, and ends what was scrolled away", async () => {
    const sheets = new Sheets("dataset_id=ds_1", 32);
    sheets.want([0, 1]);
    sheets.want([1, 2]);
    expect(asked.map(({ url }) => url.match(/offset=(\d+)/)?.[1])).toEqual(["0", "200", "400"]);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
    await settled();
    sheets.want([0]);
    expect(asked).toHaveLength(4); // what was given up is asked for again
  });

  it("tells why a page did not come, unless it was scrolled away, and asks again when told to", async () => {
    const sheets = new Sheets("dataset_id=ds_1", 32);
    const told = vi.fn();
    sheets.subscribe(told);
    sheets.want([0]);
    sheets.want([1]);
    await settled();
    expect([told.mock.calls.length, sheets.failure]).toEqual([0, null]);
    asked[1]?.answer(503);
    await settled();
    expect(told).toHaveBeenCalledOnce();
    expect(sheets.failure).toMatchObject({ problem: { status: 503, retryable: true } });
    sheets.again();
    asked[2]?.answer();
    await settled();
    expect([sheets.failure, sheets.sheet(1)?.count]).toEqual([null, 200]);
  });

  it("tells of what came, with how its tiles lie", async () => {
    const sheets = new Sheets("dataset_id=ds_1", 32);
    const told = vi.fn();
    sheets.subscribe(told);
    sheets.want([3]);
    asked[0]?.answer();
    await settled();
    await settled();
    expect(told).toHaveBeenCalledOnce();
    expect(sheets.sheet(3)).toEqual({ url: "blob:0", tile: 32, columns: 15, count: 200 });
  });

  it("keeps few pictures, and lets the one go that was wanted longest ago", async () => {
    const sheets = new Sheets("dataset_id=ds_1", 32);
    for (let page = 0; page < 30; page++) {
      sheets.want([page]);
      asked.at(-1)?.answer();
      await settled();
      await settled();
    }
    expect(sheets.sheet(0)).toBeUndefined();
    expect(sheets.sheet(29)).toBeDefined();
    expect(revoked[0]).toBe("blob:0");
    expect(revoked).toHaveLength(6);
  });
});

describe("tileFor", () => {
  it("is exact for small faces and as large as shown for others", () => {
    expect([tileFor(32, 96), tileFor(64, 64), tileFor(256, 48), tileFor(256, 96)]).toEqual([32, 64, 64, 128]);
  });
});
