// From a filled form to an import that runs: pack, send in parts, make the dataset, order.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { client, type Schemas } from "../../../lib/api";
import { asOneZip } from "../../../lib/droppedFiles";
import { type ImportChoices, orderDataset, orderImport, type Source } from "../../../lib/orders";
import { forgetUpload, sendFile } from "../../../lib/uploads";
import { importing as texts } from "../../../texts/datasets";
import { attestationOf, type Draft, needsAttestation } from "./draft";

export interface Step {
  label: string;
  /** 0 to 100. */
  percent: number;
}

interface Wanted {
  draft: Draft;
  dataset: Schemas["DatasetView"] | undefined;
  isDryRun: boolean;
}

/** A dataset without images yet, and as what it was asked for. */
interface Made {
  id: string;
  asked: string;
}

interface Ordered {
  importId: string;
  datasetId: string;
}

export function useImportOrder(onOrdered: (ordered: Ordered, isDryRun: boolean) => void) {
  const [step, setStep] = useState<Step | null>(null);
  const stopping = useRef<AbortController | null>(null);
  const made = useRef<Made | null>(null); // by a try that was refused later
  const queries = useQueryClient();
  const order = useMutation({
    mutationFn: async ({ draft, dataset, isDryRun }: Wanted): Promise<Ordered> => {
      stopping.current = new AbortController();
      const datasetId = draft.target || (await newDataset(draft, made));
      if (dataset && needsAttestation(draft, dataset.attestation !== null)) await attest(dataset.id, draft);
      const source = await sourceOf(draft, setStep, stopping.current.signal);
      setStep({ label: texts.ordering, percent: 100 });
      const importId = await orderImport(datasetId, source, choicesOf(draft, isDryRun));
      made.current = null; // it has, or gets, images now
      if (source.type === "upload" && !isDryRun) forgetUpload(source.upload_id); // it goes with the import
      return { importId, datasetId };
    },
    onSuccess: (ordered, { isDryRun }) => onOrdered(ordered, isDryRun),
    onSettled: () => {
      setStep(null);
      queries.invalidateQueries({ queryKey: ["get", "/v1/datasets"] });
    },
  });
  const isStopped = order.error instanceof DOMException && order.error.name === "AbortError";
  return {
    start: order.mutate,
    step: order.isPending ? step : null,
    isBusy: order.isPending,
    error: isStopped ? null : order.error,
    stop: () => stopping.current?.abort(),
  };
}

const datasetOf = (draft: Draft) => ({
  name: draft.name.trim(),
  role: draft.role,
  ...(draft.source === "files" ? { attestation: attestationOf(draft) } : {}),
  ...(draft.retainUntil ? { retain_until: `${draft.retainUntil}T00:00:00Z` } : {}),
});

/** The dataset of an earlier try, if it is still what is wanted: test faces must not go where models learn. */
async function newDataset(draft: Draft, made: { current: Made | null }): Promise<string> {
  const wanted = datasetOf(draft);
  const asked = JSON.stringify(wanted);
  if (made.current && made.current.asked !== asked) {
    await client.DELETE("/v1/datasets/{dataset_id}", { params: { path: { dataset_id: made.current.id } } });
    made.current = null;
  }
  made.current ??= { id: await orderDataset(wanted), asked };
  return made.current.id;
}

async function attest(datasetId: string, draft: Draft): Promise<void> {
  await client.PATCH("/v1/datasets/{dataset_id}", {
    params: { path: { dataset_id: datasetId } },
    body: { attestation: attestationOf(draft) } as never, // as in lib/orders
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
