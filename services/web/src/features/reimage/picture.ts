// Where a re-imaging's picture is: in a dataset, among its files, or in this tab's memory until it is there.
import { useEffect, useState } from "react";
import { postForm, postJson } from "../../lib/posting";
import { ApiProblem, problemOf } from "../../lib/problem";
import { askedOf, type Options, type Reimaging } from "./reimaging";

export type Picture = { imageId: string } | { file: Blob; name: string };

// A failed re-imaging keeps no files: what was sent stays here, for this tab alone, so that it need not be sent again.
const sent = new Map<string, { file: Blob; name: string }>();

export function inputFileOf(view: Reimaging): string | null {
  return view.files["photo-input.png"] ?? view.files["input.png"] ?? null;
}

/** An address to show the picture by, or null where it is gone. */
export function usePictureUrl(view: Reimaging): string | null {
  const { image_id } = askedOf(view);
  const url = inputFileOf(view) ?? (image_id ? `/v1/images/${image_id}/content` : null);
  const kept = url ? undefined : sent.get(view.id);
  const [made, setMade] = useState<string | null>(null);
  useEffect(() => {
    if (!kept) return;
    const address = URL.createObjectURL(kept.file);
    setMade(address);
    return () => URL.revokeObjectURL(address);
  }, [kept]);
  return url ?? (kept ? made : null);
}

/** The picture to be sent again. Throws an `ApiProblem` where it is gone. */
export async function pictureOf(view: Reimaging): Promise<Picture> {
  const { image_id } = askedOf(view);
  if (image_id) return { imageId: image_id };
  const kept = sent.get(view.id);
  if (kept) return kept;
  const url = inputFileOf(view);
  if (!url) throw gone();
  const response = await fetch(url);
  if (!response.ok) throw await problemOf(response);
  return { file: await response.blob(), name: view.name ?? "picture.png" };
}

const gone = (): ApiProblem =>
  new ApiProblem({
    type: "/problems/input-gone",
    title: "The picture is not here any more",
    status: 0,
    detail: "It was sent from another tab, and nothing came of it that keeps it. Choose it again.",
    instance: "",
    code: "input_gone",
    request_id: "",
    retryable: false,
    errors: [],
  });

const PATH = "/v1/reimagings";
const WAIT = "wait=10";

/** Order a re-imaging of a picture; the answer is the result where that is there within ten seconds. */
export async function order(picture: Picture, options: Options, key?: string): Promise<Reimaging> {
  const once: Record<string, string> = key ? { "Idempotency-Key": key } : {};
  const headers = { Prefer: WAIT, ...once };
  if ("imageId" in picture)
    return postJson<Reimaging>(PATH, { ...options, image: { image_id: picture.imageId } }, headers);
  const parts = { image: new File([picture.file], picture.name), options: JSON.stringify(options) };
  const view = await postForm<Reimaging>(PATH, parts, headers);
  sent.set(view.id, picture);
  return view;
}

/** The drawn faces of an earlier one, smoothed and blended anew. Asked twice, it is made once. */
export function reuse(view: Reimaging, k: number | null, toneMatch: "auto" | "off"): Promise<Reimaging> {
  const { purpose, case_reference } = askedOf(view);
  const said = { ...(purpose ? { purpose } : {}), ...(case_reference ? { case_reference } : {}) };
  const body = { reuse: { reimaging_id: view.id }, smoothing: { k }, tone_match: toneMatch, ...said };
  return postJson(PATH, body, {
    Prefer: WAIT,
    "Idempotency-Key": `reuse-${view.id}-${k ?? "auto"}-${toneMatch}`,
  });
}
