// After a new version everything that was said of the dataset is asked for again.
import type { QueryClient } from "@tanstack/react-query";

const TOUCHED = ["/v1/datasets", "/v1/images", "/v1/facets"];

export const rereadDataset = (queries: QueryClient, datasetId: string): Promise<void> =>
  queries.invalidateQueries({
    predicate: ({ queryKey }) =>
      TOUCHED.some((path) => String(queryKey[1] ?? "").startsWith(path)) &&
      (JSON.stringify(queryKey).includes(datasetId) ||
        queryKey[1] === "/v1/datasets" ||
        String(queryKey[1]).includes("{image_id}")),
  });
