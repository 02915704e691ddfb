// Lists by cursor: each page names the next one by its last id.
import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";

export interface Page<Item> {
  data: Item[];
  has_more: boolean;
  last_id?: string | null;
}

/** Read a list page by page. The key begins as those of `api.useQuery` do (`["get", path, …]`), so that news renews it. */
export function usePages<Item>(
  key: QueryKey,
  read: (after: string | undefined) => Promise<Page<Item>>,
  refetchInterval?: (items: Item[]) => number | false,
) {
  const query = useInfiniteQuery({
    queryKey: [...key, "pages"],
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    refetchInterval: ({ state }) =>
      refetchInterval?.(state.data?.pages.flatMap((page) => page.data) ?? []) ?? false,
  });
  return { ...query, items: query.data?.pages.flatMap((page) => page.data) };
}
