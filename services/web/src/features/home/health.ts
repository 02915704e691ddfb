// What the service's own word means for a person. Green is for `ready` alone, and only while it answers.
import type { Schemas } from "../../lib/api";
import { health as texts } from "../../texts/home";

type Ready = Schemas["ReadyView"];
export type QueueName = keyof typeof texts.workers;

export interface Health {
  tone: "good" | "warning" | "bad" | "unknown";
  word: string;
  detail: string;
}

/** `failed` is true when the last look had no answer, whatever an earlier one said. */
export function healthOf(ready: Ready | undefined, failed: boolean): Health {
  if (failed) return { tone: "bad", word: texts.silent, detail: texts.silentDetail };
  if (!ready) return { tone: "unknown", word: texts.looking, detail: "" };
  if (ready.status === "ready") return { tone: "good", word: texts.ready, detail: texts.everything };
  const detail = `${missing(ready).join("; ")}.`;
  return ready.status === "degraded"
    ? { tone: "warning", word: texts.degraded, detail }
    : { tone: "bad", word: texts.unavailable, detail };
}

function missing({ checks }: Ready): string[] {
  const stores = Object.entries(texts.stores).filter(
    ([name]) => checks[name as keyof typeof texts.stores] === "down",
  );
  const idle = Object.entries(texts.workers).filter(([queue]) => !checks.workers[queue]);
  return [
    ...(stores.length ? [texts.down(stores.map(([, word]) => word).join(", "))] : []),
    ...(idle.length ? [texts.noWorker(idle.map(([, word]) => word.toLowerCase()).join(", "))] : []),
  ];
}

/** "CPU, 2 cores" of "2 x86_64 cores"; a graphics card by its name. */
export function deviceWord(device: string | null): string | null {
  if (!device) return null;
  const cores = /^(\d+) \S+ cores?$/.exec(device)?.[1];
  return cores ? `CPU, ${cores} ${cores === "1" ? "core" : "cores"}` : `GPU, ${device}`;
}
