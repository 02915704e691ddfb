// A photo sent by this browser, filled: one multipart request that waits a while, then the job is looked at until it ends.
import { client, csrfHeaders, type Schemas } from "./api";
import { isMoving } from "./jobs";
import { problemOf } from "./problem";

const WAIT_SECONDS = 10;
const LOOKED_EVERY_MS = 500;

/** Re-image `photo` with the options of `POST /v1/reimagings`; resolves when the job has ended, whether well or not. */
export async function reimagePhoto(
  photo: Blob,
  options: Partial<Schemas["ReimagingOptions"]>,
): Promise<Schemas["ReimagingView"]> {
  const form = new FormData();
  form.append("image", photo, photo instanceof File ? photo.name : "photo.png");
  form.append("options", JSON.stringify(options));
  const response = await fetch("/v1/reimagings", {
    method: "POST",
    body: form,
    headers: { Prefer: `wait=${WAIT_SECONDS}`, ...csrfHeaders() },
  });
  if (!response.ok) throw await problemOf(response);
  let job: Schemas["ReimagingView"] = await response.json();
  while (isMoving(job)) {
    await new Promise((resolve) => setTimeout(resolve, LOOKED_EVERY_MS));
    const params = { path: { reimaging_id: job.id } };
    const { data } = await client.GET("/v1/reimagings/{reimaging_id}", { params });
    if (data) job = data as Schemas["ReimagingView"];
  }
  return job;
}
