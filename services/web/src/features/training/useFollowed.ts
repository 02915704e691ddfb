// A training as it is now: what was read, moved on by its own stream of events.
import { useThrottledCallback } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { MOST_POINTS } from "../../components/curveLines";
import { api, client, type Schemas } from "../../lib/api";
import type { StreamEvent } from "../../lib/eventStream";
import { useJobEvents } from "../../lib/jobEvents";
import { isMoving } from "../../lib/jobs";
import { type LogLine, withEvents } from "./logLines";
import { continued, type Point, pointsOf } from "./points";

export type Training = Schemas["TrainingView"];
export type Checkpoint = Schemas["CheckpointView"];

const LOOK_MS = 5_000; // also while the stream is open: positions in the queue have no event
const RENEW_MS = 1_000; // at most so often, also while a long history is replayed
const MOVING = ["job.status", "job.phase", "job.warning", "job.progress", "end"];
const DRAWN = ["job.sample", "job.checkpoint"];

export function useTraining(trainingId: string) {
  return api.useQuery(
    "get",
    "/v1/trainings/{training_id}",
    { params: { path: { training_id: trainingId } } },
    { refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? LOOK_MS : false) },
  );
}

/** Points of the curves: those that were read, and those that came since. */
export function useCurves(trainingId: string) {
  return api.useQuery(
    "get",
    "/v1/trainings/{training_id}/metrics",
    { params: { path: { training_id: trainingId }, query: { max_points: MOST_POINTS } } },
    { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false },
  );
}

/** All checkpoints, lowest step first; pages are read until there are no more. */
export function useCheckpoints(trainingId: string) {
  return useQuery({
    queryKey: ["get", "/v1/trainings/{training_id}/checkpoints", trainingId, "all"],
    queryFn: async ({ signal }) => {
      const found: Checkpoint[] = [];
      let after: number | null = null;
      do {
        const query: { order: "asc"; limit: number; after?: number } = { order: "asc", limit: 100 };
        if (after !== null) query.after = after;
        const { data } = await client.GET("/v1/trainings/{training_id}/checkpoints", {
          params: { path: { training_id: trainingId }, query },
          signal,
        });
        const page = data as Schemas["CheckpointPage"];
        found.push(...page.data);
        after = page.has_more ? page.last_id : null;
      } while (after !== null);
      return found;
    },
  });
}

/** Events as they come: lines of the log, points of the curves; what else moves is read anew. */
export function useLive(trainingId: string): { lines: LogLine[]; fresh: Point[] } {
  const queries = useQueryClient();
  const [lines, setLines] = useState<LogLine[]>([]);
  const [fresh, setFresh] = useState<Point[]>([]);
  const renew = (path: string): void => {
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === path });
  };
  const moved = useThrottledCallback(() => renew("/v1/trainings/{training_id}"), RENEW_MS);
  const drawn = useThrottledCallback(() => renew("/v1/trainings/{training_id}/checkpoints"), 2 * RENEW_MS);
  useJobEvents(trainingId, (events: StreamEvent[]) => {
    setLines((known) => withEvents(known, events));
    const told = events.filter(({ type }) => type === "job.metric").flatMap(({ data }) => pointsOf(data));
    setFresh((known) => continued(known, told));
    if (events.some(({ type }) => MOVING.includes(type))) moved();
    if (events.some(({ type }) => DRAWN.includes(type))) drawn();
  });
  return { lines, fresh };
}
