// What the dataset's screen shows, all of it in the address.
//   tab=coverage   version=3   where=eyes:1 (repeated)   model=mdl_…   sort=like:img_…   image=img_…   size=96   at=1200
// A training is begun with `/trainings/new?data=ds_…@3&where=eyes:1&where=mouth:2`: `data` is repeated for several
// datasets, `@version` is left out for the newest, `where` holds for all of them.
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useUrlNumber, useUrlWord, useUrlWords } from "../../lib/urlState";

export const TABS = ["images", "coverage", "confounds", "quality", "versions"] as const;
export type Tab = (typeof TABS)[number];

export const SIZES = [32, 48, 64, 96, 128];
const SIZE = 64;

export function useView(datasetId: string) {
  const [tab] = useUrlWord("tab", "images");
  const [version] = useUrlWord("version", "latest");
  const [where] = useUrlWords("where");
  const [sort] = useUrlWord("sort");
  const [image] = useUrlWord("image");
  const [model] = useUrlWord("model");
  const [size] = useUrlNumber("size", SIZE);
  const [at] = useUrlNumber("at", 0);
  const [, setSearch] = useSearchParams();
  const key = where.join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what the conditions are
  return useMemo(() => {
    const change = (parts: Record<string, string | string[] | null>, replace = false): void =>
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(parts)) {
            next.delete(name);
            for (const one of value === null ? [] : [value].flat()) next.append(name, one);
          }
          return next;
        },
        { replace, preventScrollReset: true, flushSync: true }, // a box is checked when it is pressed
      );
    return {
      datasetId,
      tab: TABS.find((one) => one === tab) ?? "images",
      version: /^[1-9]\d*$/.test(version) ? version : "latest",
      where,
      sort,
      image,
      /** Whose part was chosen; another version or filter since then is nobody's. */
      model,
      size: SIZES.includes(size) ? size : SIZE,
      at: Math.max(0, at),
      change,
      /** Another filter or order begins at the top. */
      filter: (conditions: string[]) => change({ where: conditions, at: null }),
    };
  }, [datasetId, tab, version, key, sort, image, model, size, at, setSearch]);
}

export type View = ReturnType<typeof useView>;

/** The images of the screen as `/v1/images` is asked for them, without page. */
export const queryOf = (view: Pick<View, "datasetId" | "version" | "where" | "sort">) => ({
  dataset_id: [view.datasetId],
  ...(view.version === "latest" ? {} : { version: view.version }),
  ...(view.where.length ? { where: view.where } : {}),
  ...(view.sort ? { sort: view.sort } : {}),
});

/** A version and a filter: what a model learned from of one dataset. */
export type ModelPart = Pick<View, "version" | "where">;

/** The first part of a model's data that is of a dataset. */
export function partOf(
  data: { dataset_id: string; version: number; where: string[] }[],
  datasetId: string,
): ModelPart | null {
  const part = data.find(({ dataset_id: id }) => id === datasetId);
  return part ? { version: String(part.version), where: part.where } : null;
}

/** Whether the screen shows just that part; `latest` is the dataset's newest version. */
export function showsPart(view: ModelPart, part: ModelPart, latest: number): boolean {
  const shown = view.version === "latest" ? String(latest) : view.version;
  const sorted = (where: string[]): string => [...where].sort().join("\n");
  return shown === part.version && sorted(view.where) === sorted(part.where);
}

/** Where a training of what is shown is begun. */
export function trainingAddress({
  datasetId,
  version,
  where,
}: Pick<View, "datasetId" | "version" | "where">): string {
  const search = new URLSearchParams({ data: version === "latest" ? datasetId : `${datasetId}@${version}` });
  for (const condition of where) search.append("where", condition);
  return `/trainings/new?${search.toString().replaceAll("%3A", ":").replaceAll("%40", "@")}`;
}
