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

/** The address from which the stream continues behind `last`. */
function continued(url: string, last: string): string {
  const [path] = url.split("?");
  return `${path}?after=${encodeURIComponent(last)}`;
}

const AGAIN_MS = 15_000; // after a refusal, which the browser takes as final: the service starts again, or one signs in again

/**
 * Follow a stream until `end`, or until the returned function is called. The browser reconnects with `Last-Event-ID`.
 * A hidden page follows nothing: browsers have six connections for all pages of a service together, and a stream keeps
 * one. When it is looked at again it continues where it was.
 */
export function follow(
  url: string,
  onEvent: (event: StreamEvent) => void,
  onState?: (open: boolean) => void,
): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  const close = (): void => {
    clearTimeout(again);
    source?.close();
  };
  const leave = (): void => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
  const receive = (message: MessageEvent<string>): void => {
    if (message.lastEventId && message.lastEventId === last) return; // repeated after a break
    last = message.lastEventId;
    onEvent({ id: message.lastEventId, type: message.type, data: JSON.parse(message.data) });
    if (message.type === "end") leave();
  };
  const open = (): void => {
    close();
    const opened = new EventSource(last ? continued(url, last) : url);
    for (const type of [...TYPES, "end"]) opened.addEventListener(type, receive);
    opened.onopen = () => onState?.(true);
    opened.onerror = () => {
      if (opened.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
      onState?.(false);
    };
    source = opened;
  };
  const look = (): void => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", look);
  if (!document.hidden) open();
  return leave;
}

/** Follow while mounted; `url` null follows nothing. The newest `onEvent` is called, so it need not be stable. */
export function useEventStream(url: string | null, onEvent: (event: StreamEvent) => void): void {
  const newest = useRef(onEvent);
  newest.current = onEvent;
  useEffect(() => (url ? follow(url, (event) => newest.current(event)) : undefined), [url]);
}
