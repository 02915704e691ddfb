// The history of one job: by its stream, in batches so that a long replay costs few renders; by polling where streams do not pass.
import { useEffect, useRef } from "react";
import { client } from "./api";
import { follow, type StreamEvent } from "./eventStream";

const BATCH_MS = 250;
const POLL_MS = 5_000;
const PAGE = 100;
const MOST_FAILURES = 3; // of the stream in a row, before it is given up

/** Follow a job from its first event until its end, or until the returned function is called. */
export function followJob(jobId: string, onBatch: (events: StreamEvent[]) => void): () => void {
  let waiting: StreamEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  let failures = 0;
  let stop: () => void = () => undefined;
  const flush = (): void => {
    timer = undefined;
    const batch = waiting;
    waiting = [];
    onBatch(batch);
  };
  const take = (event: StreamEvent): void => {
    last = Number(event.id);
    waiting.push(event);
    timer ??= setTimeout(flush, BATCH_MS);
  };
  const changed = (isOpen: boolean): void => {
    failures = isOpen ? 0 : failures + 1;
    if (failures < MOST_FAILURES) return;
    stop();
    stop = poll(jobId, () => last, take);
  };
  stop = follow(`/v1/jobs/${jobId}/events`, take, changed);
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function poll(jobId: string, seen: () => number, take: (event: StreamEvent) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const pause = await readPage(jobId, seen(), take);
    if (!isStopped && pause !== null) timer = setTimeout(look, pause);
  };
  void look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Milliseconds until the next look; null after the job's end. */
async function readPage(
  jobId: string,
  after: number,
  take: (event: StreamEvent) => void,
): Promise<number | null> {
  try {
    const params = { path: { job_id: jobId }, query: { after, limit: PAGE } };
    const { data } = await client.GET("/v1/jobs/{job_id}/events", { params });
    const page = data as { data: { id: number; type: string; at: string; data: Record<string, unknown> }[] };
    for (const event of page.data)
      take({ id: String(event.id), type: event.type, data: { ...event.data, at: event.at } });
    if (page.data.at(-1)?.type === "end") return null;
    return page.data.length === PAGE ? 0 : POLL_MS;
  } catch {
    return POLL_MS; // what the page shows otherwise tells that the service is away
  }
}

/** Follow a job while mounted; null follows nothing. The newest `onBatch` is called, so it need not be stable. */
export function useJobEvents(jobId: string | null, onBatch: (events: StreamEvent[]) => void): void {
  const newest = useRef(onBatch);
  newest.current = onBatch;
  useEffect(() => (jobId ? followJob(jobId, (events) => newest.current(events)) : undefined), [jobId]);
}
