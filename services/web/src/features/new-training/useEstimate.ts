// What the training would take: a dry run on the worker, ordered anew when the order changes; the one before is dropped.
import { useCallback, useEffect, useState } from "react";
import { client, type Schemas } from "../../lib/api";
import { isMoving } from "../../lib/jobs";
import { orderTraining, type TrainingBody } from "../../lib/trainingCalls";

type Training = Schemas["TrainingView"];

const SETTLED_MS = 900; // nobody types on
const LOOK_MS = 1_500;
const WAIT_SECONDS = 2; // for the first answer; warnings are in it whether or not it is measured by then

export interface EstimateState {
  /** The newest answer: a dry run that waits, measures, or is done. */
  dryRun: Training | null;
  error: unknown;
  /** True from a change until the dry run of it has ended. */
  isBusy: boolean;
  again: () => void;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function* measured(body: TrainingBody, signal: AbortSignal): AsyncGenerator<Training> {
  const headers = { Prefer: `wait=${WAIT_SECONDS}` };
  let training = await orderTraining({ ...body, dry_run: true }, { headers }); // not given up half-way: it would wait for nobody
  yield training;
  while (isMoving(training) && !signal.aborted) {
    await pause(LOOK_MS);
    const params = { path: { training_id: training.id } };
    training = (await client.GET("/v1/trainings/{training_id}", { params, signal })).data as Training;
    yield training;
  }
}

export function useEstimate(body: TrainingBody | null): EstimateState {
  // Neither the name nor who is told changes what it takes.
  const key = body && JSON.stringify({ ...body, name: body.name || "estimate", notify: undefined });
  const [state, setState] = useState<Omit<EstimateState, "again">>({
    dryRun: null,
    error: null,
    isBusy: false,
  });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` measures the same order once more
  useEffect(() => {
    if (!key) {
      setState({ dryRun: null, error: null, isBusy: false });
      return undefined;
    }
    setState((known) => ({ ...known, error: null, isBusy: true }));
    const stopped = new AbortController();
    let newest: Training | null = null;
    const measure = async (): Promise<void> => {
      try {
        for await (const dryRun of measured(JSON.parse(key), stopped.signal)) {
          newest = dryRun;
          if (stopped.signal.aborted) break;
          setState({ dryRun, error: null, isBusy: isMoving(dryRun) });
        }
      } catch (error) {
        if (!stopped.signal.aborted) setState({ dryRun: null, error, isBusy: false });
      }
      if (stopped.signal.aborted) drop(newest);
    };
    const timer = setTimeout(measure, SETTLED_MS);
    const leave = (): void => drop(newest);
    window.addEventListener("pagehide", leave);
    return () => {
      clearTimeout(timer);
      stopped.abort();
      window.removeEventListener("pagehide", leave);
    };
  }, [key, turn]);
  const again = useCallback(() => setTurn((turns) => turns + 1), []);
  return { ...state, again };
}

/** An estimate that nobody waits for any more makes room for the next. It may have ended meanwhile: then nothing is lost. */
function drop(dryRun: Training | null): void {
  if (!dryRun || !isMoving(dryRun)) return;
  const params = { path: { job_id: dryRun.id } };
  client.POST("/v1/jobs/{job_id}/cancel", { params, keepalive: true }).catch(() => undefined);
}
