// Pixels of a picture from the service, at its own size; and a hook that keeps the old picture until the new one is there.
import { useEffect, useState } from "react";

async function loaded(src: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = src;
  await image.decode();
  return image;
}

/** RGBA of a picture at its own size. */
export async function pixelsOf(src: string): Promise<ImageData> {
  const image = await loaded(src);
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser draws no pictures.");
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** `src` once it can be shown at once; until then the one before. */
export function useSteady(src: string): string {
  const [shown, setShown] = useState(src);
  useEffect(() => {
    let isNewest = true;
    const show = (): void => {
      if (isNewest) setShown(src);
    };
    loaded(src).then(show, show); // one that cannot be shown says so itself, by its alt text
    return () => {
      isNewest = false;
    };
  }, [src]);
  return shown;
}

/** Pixels of `src`, null while they come; a picture that cannot be read stays null. */
export function usePixels(src: string | null): ImageData | null {
  const [pixels, setPixels] = useState<ImageData | null>(null);
  useEffect(() => {
    let isNewest = true;
    if (!src) {
      setPixels(null);
      return;
    }
    pixelsOf(src).then(
      (found) => {
        if (isNewest) setPixels(found);
      },
      () => {
        if (isNewest) setPixels(null);
      },
    );
    return () => {
      isNewest = false;
    };
  }, [src]);
  return pixels;
}

/** Width and height of a picture, from the picture itself. */
export function useSides(src: string | null): { width: number; height: number } | null {
  const [sides, setSides] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    let isNewest = true;
    if (src)
      loaded(src).then(
        ({ naturalWidth, naturalHeight }) => {
          if (isNewest) setSides({ width: naturalWidth, height: naturalHeight });
        },
        () => undefined,
      );
    return () => {
      isNewest = false;
    };
  }, [src]);
  return sides;
}
