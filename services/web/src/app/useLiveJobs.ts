// One stream for all jobs: whatever moves is read anew, on this and on every other device.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMay } from "../components/session";
import { useEventStream } from "../lib/eventStream";

// Which lists change with a job of a kind, by the prefix of its id.
const LISTS: Record<string, string[]> = {
  imp: ["/v1/datasets", "/v1/images", "/v1/facets", "/v1/imports"],
  trn: ["/v1/trainings", "/v1/models", "/v1/selectors"],
  rim: ["/v1/reimagings"],
  bat: ["/v1/batches", "/v1/reimagings"],
  evl: ["/v1/evaluations", "/v1/models"],
  exp: ["/v1/exports"],
  dlt: ["/v1/deletions", "/v1/datasets", "/v1/models"],
};

const GATHERED_MS = 300; // a stream begins with all that has been: one reading for many events

export function useLiveJobs(): void {
  const queries = useQueryClient();
  const mayFollow = useMay("admin"); // the stream shows jobs of all kinds
  const touched = useRef(new Set<string>());
  const timer = useRef<number | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined; // a remount begins anew
    },
    [],
  );
  useEventStream(mayFollow ? "/v1/events?after=latest" : null, (event) => {
    const job = String(event.data.job_id ?? "");
    for (const path of ["/v1/jobs", "/v1/deliveries", ...(LISTS[job.slice(0, 3)] ?? [])])
      touched.current.add(path);
    timer.current ??= window.setTimeout(() => {
      const paths = [...touched.current];
      touched.current.clear();
      timer.current = undefined;
      queries.invalidateQueries({
        predicate: ({ queryKey }) => paths.some((path) => String(queryKey[1] ?? "").startsWith(path)),
      });
    }, GATHERED_MS);
  });
}
