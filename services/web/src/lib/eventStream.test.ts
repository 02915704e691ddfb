import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follow as begin, type StreamEvent } from "./eventStream";

class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static last: FakeEventSource;
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;

  constructor(readonly url: string) {
    super();
    FakeEventSource.last = this;
  }

  close(): void {
    this.isClosed = true;
  }

  say(type: string, id: string, data: object): void {
    this.dispatchEvent(new MessageEvent(type, { lastEventId: id, data: JSON.stringify(data) }));
  }
}

let isHidden = false;
const leaves: (() => void)[] = [];

const follow: typeof begin = (...how) => {
  const leave = begin(...how);
  leaves.push(leave);
  return leave;
};

function look(hidden: boolean): void {
  isHidden = hidden;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  isHidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
  vi.stubGlobal("EventSource", FakeEventSource);
});

afterEach(() => {
  for (const leave of leaves.splice(0)) leave();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("follow", () => {
  it("tells each event once, also when a break repeats the last", () => {
    const seen: StreamEvent[] = [];
    follow("/v1/jobs/trn_1/events", (event) => seen.push(event));
    FakeEventSource.last.say("job.progress", "1", { current: 1 });
    FakeEventSource.last.say("job.progress", "1", { current: 1 });
    FakeEventSource.last.say("job.metric", "2", { step: 1 });
    expect(seen.map(({ id, type }) => [id, type])).toEqual([
      ["1", "job.progress"],
      ["2", "job.metric"],
    ]);
  });

  it("closes behind the end, so that the browser does not begin anew", () => {
    follow("/v1/jobs/trn_1/events", () => undefined);
    FakeEventSource.last.say("end", "9", {});
    expect(FakeEventSource.last.isClosed).toBe(true);
  });

  it("says whether the stream is open, and closes when it is left", () => {
    const states: boolean[] = [];
    const leave = follow(
      "/v1/events",
      () => undefined,
      (open) => states.push(open),
    );
    FakeEventSource.last.onopen?.();
    FakeEventSource.last.onerror?.();
    leave();
    expect([states, FakeEventSource.last.isClosed]).toEqual([[true, false], true]);
  });

  it("holds no connection of a page that nobody sees, and continues when it is seen again", () => {
    const leave = follow("/v1/events?after=latest", () => undefined);
    const first = FakeEventSource.last;
    first.say("job.status", "evt_7", {});
    look(true);
    expect([first.isClosed, FakeEventSource.last]).toEqual([true, first]);
    look(false);
    expect(FakeEventSource.last.url).toBe("/v1/events?after=evt_7");
    leave();
    look(true);
    look(false);
    expect(FakeEventSource.last.isClosed).toBe(true);
  });

  it("asks again behind what it has seen when it was refused, which a browser does not", () => {
    vi.useFakeTimers();
    follow("/v1/jobs/trn_1/events", () => undefined);
    const first = FakeEventSource.last;
    first.say("job.phase", "3", {});
    first.onerror?.();
    vi.advanceTimersByTime(60_000);
    expect(FakeEventSource.last).toBe(first);
    first.readyState = FakeEventSource.CLOSED;
    first.onerror?.();
    vi.advanceTimersByTime(60_000);
    expect(FakeEventSource.last.url).toBe("/v1/jobs/trn_1/events?after=3");
  });
});
