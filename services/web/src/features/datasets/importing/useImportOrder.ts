// From a filled form to an import that runs: pack, send in parts, make the dataset, order.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { client, type Schemas } from "../../../lib/api";
import { asOneZip } from "../../../lib/droppedFiles";
import { dropDataset, type ImportChoices, orderDataset, orderImport, type Source } from "../../../lib/orders";
import { forgetUpload, sendFile } from "../../../lib/uploads";
import { importing as texts } from "../../../texts/datasets";
import { attestationOf, type Draft, needsAttestation } from "./draft";
import type { ChosenSchema } from "./schema";

export interface Step {
  label: string;
  /** 0 to 100. */
  percent: number;
}

interface Wanted {
  draft: Draft;
  dataset: Schemas["DatasetView"] | undefined;
  isDryRun: boolean;
  /** The schema, where types were chosen instead of guessed. */
  schema?: ChosenSchema | undefined;
}

interface Ordered {
  importId: string;
  datasetId: string;
}

interface Follow {
  onOrdered: (ordered: Ordered) => void;
  onDropped: () => void;
}

export function useImportOrder({ onOrdered, onDropped }: Follow) {
  const [step, setStep] = useState<Step | null>(null);
  const [isDropping, setDropping] = useState(false);
  const stopping = useRef<AbortController | null>(null);
  const made = useRef<string | null>(null); // the dataset, while nothing has come into it
  const queries = useQueryClient();
  const drop = async (id: string): Promise<void> => {
    made.current = null;
    await dropDataset(id);
    queries.invalidateQueries({ queryKey: ["get", "/v1/datasets"] });
  };
  const order = useMutation({
    mutationFn: async ({ draft, dataset, isDryRun, schema }: Wanted): Promise<Ordered> => {
      stopping.current = new AbortController();
      const datasetId = draft.target || (await newDataset(draft));
      if (!draft.target) made.current = datasetId;
      try {
        if (dataset && needsAttestation(draft, dataset.attestation !== null)) await attest(dataset.id, draft);
        if (schema) await setSchema(datasetId, schema);
        const source = await sourceOf(draft, setStep, stopping.current.signal);
        setStep({ label: texts.ordering, percent: 100 });
        const importId = await orderImport(datasetId, source, choicesOf(draft, isDryRun));
        if (source.type === "upload" && !isDryRun) forgetUpload(source.upload_id); // it goes with the import
        return { importId, datasetId };
      } catch (error) {
        if (!draft.target) await drop(datasetId);
        throw error;
      }
    },
    onSuccess: onOrdered,
    onSettled: () => {
      setStep(null);
      queries.invalidateQueries({ queryKey: ["get", "/v1/datasets"] });
    },
  });
  const end = async (job: Schemas["ImportView"]): Promise<void> => {
    const isFilled = job.status === "succeeded" && !job.dry_run;
    if (made.current === job.dataset_id && !isFilled) {
      setDropping(true); // until it is gone nothing goes into it
      await drop(job.dataset_id).finally(() => setDropping(false));
      onDropped();
    }
    if (isFilled) made.current = null;
  };
  const isStopped = order.error instanceof DOMException && order.error.name === "AbortError";
  return {
    start: order.mutate,
    /** An import has ended: a dataset that was made for it, and that it has not filled, is not left behind. */
    end,
    step: order.isPending ? step : null,
    isBusy: order.isPending || isDropping,
    error: isStopped ? null : order.error,
    stop: () => stopping.current?.abort(),
  };
}

const newDataset = (draft: Draft): Promise<string> =>
  orderDataset({
    name: draft.name.trim(),
    role: draft.role,
    ...(draft.source === "files" ? { attestation: attestationOf(draft) } : {}),
    ...(draft.retainUntil ? { retain_until: `${draft.retainUntil}T00:00:00Z` } : {}),
  });

async function attest(datasetId: string, draft: Draft): Promise<void> {
  await client.PATCH("/v1/datasets/{dataset_id}", {
    params: { path: { dataset_id: datasetId } },
    body: { attestation: attestationOf(draft) },
  });
}

async function setSchema(datasetId: string, attributes: ChosenSchema): Promise<void> {
  await client.PATCH("/v1/datasets/{dataset_id}", {
    params: { path: { dataset_id: datasetId } },
    body: { attributes },
  });
}

async function sourceOf(draft: Draft, onStep: (step: Step) => void, signal: AbortSignal): Promise<Source> {
  if (draft.source === "drawn") return { type: "generator", set: draft.drawnSet };
  const total = draft.files.length;
  const { file, name } = await asOneZip(draft.files, (done) =>
    onStep({ label: texts.zipping(done, total), percent: (100 * done) / total }),
  );
  signal.throwIfAborted();
  const id = await sendFile(
    file,
    name,
    ({ doing, done, total: size }) =>
      onStep({ label: doing === "reading" ? texts.reading : texts.sending, percent: (100 * done) / size }),
    signal,
  );
  return { type: "upload", upload_id: id };
}

const choicesOf = (draft: Draft, isDryRun: boolean): ImportChoices => ({
  ...(isDryRun ? { dry_run: true } : {}),
  ...(draft.source === "files" && draft.detectFaces ? { detect_faces: true } : {}),
  ...(draft.dropNear ? { near_duplicates: "drop" as const } : {}),
  ...(draft.suggest ? { suggest_attributes: true } : {}),
});
