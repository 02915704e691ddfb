// Server-sent events: followed through breaks without gap or repeat, and given up for polling where streams do not pass.
import { useEffect, useRef } from "react";

export interface StreamEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

const TYPES = ["status", "phase", "progress", "metric", "sample", "log", "warning", "checkpoint"].map(
  (of) => `job.${of}`,
);

/** Follow a stream until `end`, or until the returned function is called. The browser reconnects with `Last-Event-ID`. */
export function follow(
  url: string,
  onEvent: (event: StreamEvent) => void,
  onState?: (open: boolean) => void,
): () => void {
  const source = new EventSource(url);
  let last = "";
  const receive = (message: MessageEvent<string>): void => {
    if (message.lastEventId && message.lastEventId === last) return; // repeated after a break
    last = message.lastEventId;
    onEvent({ id: message.lastEventId, type: message.type, data: JSON.parse(message.data) });
    if (message.type === "end") source.close();
  };
  for (const type of [...TYPES, "end"]) source.addEventListener(type, receive);
  source.onopen = () => onState?.(true);
  source.onerror = () => onState?.(false);
  return () => source.close();
}

/** Follow while mounted; `url` null follows nothing. The newest `onEvent` is called, so it need not be stable. */
export function useEventStream(url: string | null, onEvent: (event: StreamEvent) => void): void {
  const newest = useRef(onEvent);
  newest.current = onEvent;
  useEffect(() => (url ? follow(url, (event) => newest.current(event)) : undefined), [url]);
}
