import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follow, type StreamEvent } from "./eventStream";

class FakeEventSource extends EventTarget {
  static last: FakeEventSource;
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

beforeEach(() => void vi.stubGlobal("EventSource", FakeEventSource));
afterEach(() => void vi.unstubAllGlobals());

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
});
