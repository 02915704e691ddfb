// What is known of a test image, in words.
import type { Schemas } from "../../../lib/api";

type Known = Pick<Schemas["ImageView"], "row" | "attributes">;

/** "test image 12, tone light, hair colour blond". */
export function imageName({ row, attributes }: Known): string {
  const known = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== "")
    .slice(0, 4)
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${String(value)}`);
  return [`test image ${row}`, ...known].join(", ");
}

/** One image of each picture: under a covering faces that differ become the same. */
export function different<Image extends { sha256: string }>(images: Image[]): Image[] {
  const seen = new Set<string>();
  return images.filter(({ sha256 }) => !seen.has(sha256) && seen.add(sha256));
}
