import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { client } from "./api";
import { followJob } from "./jobEvents";

/** A stream whose events and breaks are made by the test. */
class Stream {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 0;
  onopen: () => void = () => undefined;
  onerror: () => void = () => undefined;
  isClosed = false;
  private readonly heard = new Map<string, (message: object) => void>();

  constructor(readonly url: string) {
    Stream.all.push(this);
  }

  addEventListener(type: string, hear: (message: object) => void): void {
    this.heard.set(type, hear);
  }

  close(): void {
    this.isClosed = true;
  }

  tell(id: number, type: string, data: object = {}): void {
    this.heard.get(type)?.({ lastEventId: String(id), type, data: JSON.stringify(data) });
  }
}

const newest = (): Stream => Stream.all.at(-1) as Stream;

beforeEach(() => {
  Stream.all = [];
  vi.stubGlobal("EventSource", Stream);
  vi.useFakeTimers();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("tells a replay in few batches", () => {
  const batches: string[][] = [];
  followJob("trn_1", (events) => batches.push(events.map(({ id }) => id)));
  for (let id = 1; id <= 300; id += 1) newest().tell(id, "job.metric");
  vi.advanceTimersByTime(300);
  expect(batches).toHaveLength(1);
  expect(batches[0]).toHaveLength(300);
});

it("polls behind what it has seen when the stream does not come back, and ends with the job", async () => {
  const get = vi.spyOn(client, "GET").mockResolvedValue({
    data: { data: [{ id: 8, type: "end", at: "2026-11-30T12:00:00Z", data: {} }] },
  } as never);
  const told: string[] = [];
  followJob("trn_1", (events) => told.push(...events.map(({ id }) => id)));
  newest().tell(7, "job.phase", { phase: "training" });
  for (let failure = 0; failure < 3; failure += 1) newest().onerror();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(newest().isClosed).toBe(true);
  expect(get).toHaveBeenCalledTimes(1);
  expect(get.mock.calls[0]?.[1]).toMatchObject({ params: { query: { after: 7 } } });
  expect(told).toEqual(["7", "8"]);
});

it("stays with a stream that comes back", async () => {
  const get = vi.spyOn(client, "GET");
  followJob("trn_1", () => undefined);
  for (let failure = 0; failure < 9; failure += 1) {
    newest().onerror();
    newest().onopen();
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect(get).not.toHaveBeenCalled();
  expect(newest().isClosed).toBe(false);
});

it("tells nothing more once it was left", () => {
  const onBatch = vi.fn();
  const leave = followJob("trn_1", onBatch);
  newest().tell(1, "job.phase");
  leave();
  vi.advanceTimersByTime(1_000);
  expect(onBatch).not.toHaveBeenCalled();
  expect(newest().isClosed).toBe(true);
});
