// What is covered, hatched over the picture: readable without colours, and on any ground.
import { useEffect, useRef } from "react";
import { usePixels } from "./pixels";
import classes from "./reimage.module.css";

const TINT = "rgb(0 190 200 / 38%)";
const LINE = "rgb(255 255 255 / 70%)";
const RIM = "rgb(0 60 64)";
const STRIPE = 7;

interface CoveringOverlayProps {
  /** A map; white is covered. */
  src: string;
  width: number;
  height: number;
}

export function CoveringOverlay({ src, width, height }: CoveringOverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = usePixels(src);
  useEffect(() => {
    if (canvas.current && map) drawCovering(canvas.current, map);
  }, [map]);
  return (
    <canvas
      ref={canvas}
      className={classes.overlay}
      width={width * 2}
      height={height * 2}
      style={{ width, height }}
      aria-hidden
    />
  );
}

/** Tint, stripes, and a rim where the map is white. */
export function drawCovering(canvas: HTMLCanvasElement, map: ImageData): void {
  const context = canvas.getContext("2d");
  const stencil = stencilOf(map);
  if (!context || !stencil) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  for (const [dx, dy] of [
    [-3, 0],
    [3, 0],
    [0, -3],
    [0, 3],
  ] as const)
    context.drawImage(stencil, dx, dy, width, height);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = RIM;
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "destination-out";
  context.drawImage(stencil, 0, 0, width, height);
  context.globalCompositeOperation = "source-over";
  const inside = document.createElement("canvas");
  inside.width = width;
  inside.height = height;
  const hatch = inside.getContext("2d");
  if (!hatch) return;
  hatch.imageSmoothingEnabled = false;
  hatch.drawImage(stencil, 0, 0, width, height);
  hatch.globalCompositeOperation = "source-in";
  hatch.fillStyle = TINT;
  hatch.fillRect(0, 0, width, height);
  hatch.globalCompositeOperation = "source-atop";
  hatch.strokeStyle = LINE;
  hatch.lineWidth = 1.5;
  hatch.beginPath();
  for (let x = -height; x < width; x += 2 * STRIPE) {
    hatch.moveTo(x, height);
    hatch.lineTo(x + height, 0);
  }
  hatch.stroke();
  context.drawImage(inside, 0, 0);
}

/** Opaque where covered, clear elsewhere, at the map's own size. */
function stencilOf(map: ImageData): HTMLCanvasElement | null {
  const stencil = document.createElement("canvas");
  stencil.width = map.width;
  stencil.height = map.height;
  const context = stencil.getContext("2d");
  if (!context) return null;
  const pixels = new ImageData(new Uint8ClampedArray(map.data), map.width, map.height);
  for (let place = 0; place < pixels.data.length; place += 4)
    pixels.data[place + 3] = (pixels.data[place] ?? 0) > 127 ? 255 : 0;
  context.putImageData(pixels, 0, 0);
  return stencil;
}
