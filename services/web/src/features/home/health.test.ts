import { describe, expect, it } from "vitest";
import type { Schemas } from "../../lib/api";
import { deviceWord, healthOf } from "./health";

function answer(status: Schemas["ReadyView"]["status"], checks: Partial<Schemas["Checks"]> = {}) {
  const workers = { curator: 1, trainer: 1, inference: 2, notifier: 1 };
  const up = { mongodb: "up", redis: "up", blobs: "up", network_isolation: "on", workers } as const;
  return { status, checks: { ...up, ...checks } };
}

describe("healthOf", () => {
  it("is good for `ready` alone", () => {
    expect(healthOf(answer("ready"), false).tone).toBe("good");
    for (const status of ["degraded", "unavailable"] as const)
      expect(healthOf(answer(status), false).tone).not.toBe("good");
    expect(healthOf(undefined, false).tone).toBe("unknown");
  });

  it("is not good on the word of an earlier answer", () => {
    expect(healthOf(answer("ready"), true).tone).toBe("bad");
  });

  it("names what is missing", () => {
    const workers = { curator: 1, trainer: 0, inference: 1, notifier: 1 };
    expect(healthOf(answer("degraded", { workers, redis: "down" }), false).detail).toBe(
      "queue (Redis) not reachable; no worker for trainings.",
    );
  });
});

describe("deviceWord", () => {
  it("tells processors from graphics cards", () => {
    expect(deviceWord("2 x86_64 cores")).toBe("CPU, 2 cores");
    expect(deviceWord("NVIDIA L4")).toBe("GPU, NVIDIA L4");
    expect(deviceWord(null)).toBeNull();
  });
});
