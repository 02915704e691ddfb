// Readiness, workers, and the queue, looked at every few seconds.
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { unreachable } from "../../lib/problem";
import { healthOf } from "./health";

const LOOK_EVERY_MS = 5_000;

export function useHealth() {
  const mayListWorkers = useMay("admin");
  const ready = useQuery({
    queryKey: ["get", "/readyz"],
    queryFn: readiness,
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  });
  const workers = api.useQuery(
    "get",
    "/v1/workers",
    {},
    { enabled: mayListWorkers, refetchInterval: LOOK_EVERY_MS, retry: false },
  );
  const queued = api.useQuery(
    "get",
    "/v1/jobs",
    { params: { query: { status: "queued", limit: 1, include: "total" } } },
    { refetchInterval: LOOK_EVERY_MS, retry: false },
  );
  return {
    health: healthOf(ready.data, ready.isError),
    counts: ready.isError ? undefined : ready.data?.checks.workers,
    workers: workers.isError ? [] : (workers.data?.data ?? []),
    queued: queued.isError ? undefined : (queued.data?.total ?? undefined),
  };
}

/** Also of a service that is not ready, whose answer is a 503 with the same body. */
async function readiness({ signal }: { signal: AbortSignal }): Promise<Schemas["ReadyView"]> {
  const response = await fetch("/readyz", { signal });
  const isAnswer = response.ok || response.status === 503;
  if (!isAnswer || !response.headers.get("Content-Type")?.startsWith("application/json")) throw unreachable();
  return response.json();
}
