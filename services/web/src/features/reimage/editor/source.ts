// What the editor paints on: the picture as it was sent, and the map to begin with.
import { client } from "../../../lib/api";
import { pixelsOf } from "../pixels";
import { askedOf, type Reimaging } from "../reimaging";
import { emptyMask, type Mask, maskOf } from "./mask";

const LONGEST_SIDE = 1024; // a map may have any size; more than can be painted by hand only slows the brush

/** The map that a re-imaging has, or was given; null where there is none. */
export function mapUrlOf(view: Reimaging): string | null {
  if (view.result) return view.result.photo?.covering ?? view.result.covering.map;
  const { covering_id } = askedOf(view).covering;
  return covering_id ? `/v1/coverings/${covering_id}/content` : null;
}

/** Pixels of the picture at the size that is painted on. */
export async function groundOf(url: string): Promise<ImageData> {
  const pixels = await pixelsOf(url);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(pixels.width, pixels.height));
  return scale === 1
    ? pixels
    : resized(pixels, Math.round(pixels.width * scale), Math.round(pixels.height * scale));
}

function resized(pixels: ImageData, width: number, height: number): ImageData {
  const [from, to] = [canvasOf(pixels.width, pixels.height), canvasOf(width, height)];
  from.putImageData(pixels, 0, 0);
  to.drawImage(from.canvas, 0, 0, width, height);
  return to.getImageData(0, 0, width, height);
}

function canvasOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser draws no pictures.");
  return context;
}

export async function maskFrom(url: string | null, ground: ImageData): Promise<Mask> {
  return url
    ? maskOf(await pixelsOf(url), ground.width, ground.height)
    : emptyMask(ground.width, ground.height);
}

/** The covering of the newest other re-imaging that has one; null where there is none. */
export async function lastCoveringUrl(view: Reimaging): Promise<string | null> {
  const { data } = await client.GET("/v1/reimagings", {
    params: { query: { limit: 50, order: "desc", status: "succeeded" } },
  });
  const own = view.result?.covering.covering_id;
  const ids = (data?.data ?? [])
    .filter(({ id }) => id !== view.id)
    .map(({ result }) => result?.covering.covering_id);
  const last = ids.find((id) => id && id !== own);
  return last ? `/v1/coverings/${last}/content` : null;
}

/** The mask as a PNG file, black and white. */
export function pngOf(map: ImageData): Promise<Blob> {
  const context = canvasOf(map.width, map.height);
  context.putImageData(map, 0, 0);
  return new Promise((resolve, reject) =>
    context.canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The covering could not be written."))),
      "image/png",
    ),
  );
}
