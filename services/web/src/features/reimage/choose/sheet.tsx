// Thumbnails of a page of images as one picture, and one tile of it.
import { Box } from "@mantine/core";
import { problemOf, unreachable } from "../../../lib/problem";
import classes from "../reimage.module.css";

export interface Sheet {
  /** An object address; it lives as long as the tab. */
  url: string;
  tile: number;
  columns: number;
  rows: number;
}

const MOST_TILE = 64;
const HARD_PIXELS_UP_TO = 32; // larger tiles may be larger pictures made small

export async function readSheet(query: Record<string, string | number | string[]>): Promise<Sheet> {
  const words = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)]),
  );
  const address = `/v1/image-sheets?${new URLSearchParams([...words, ["tile", String(MOST_TILE)]])}`;
  const response = await fetch(address).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  const number = (name: string): number => Number(response.headers.get(name)) || 1;
  const columns = number("Sheet-Columns");
  return {
    url: URL.createObjectURL(await response.blob()),
    tile: number("Sheet-Tile"),
    columns,
    rows: Math.ceil(number("Sheet-Count") / columns),
  };
}

export function Tile({ sheet, number, size }: { sheet: Sheet; number: number; size: number }) {
  const [left, top] = [number % sheet.columns, Math.floor(number / sheet.columns)];
  return (
    <Box
      component="span"
      className={classes.tile}
      aria-hidden
      style={{
        width: size,
        height: size,
        backgroundImage: `url(${sheet.url})`,
        backgroundSize: `${sheet.columns * size}px ${sheet.rows * size}px`,
        backgroundPosition: `-${left * size}px -${top * size}px`,
        ...(sheet.tile <= HARD_PIXELS_UP_TO ? { imageRendering: "pixelated" } : {}),
      }}
    />
  );
}
