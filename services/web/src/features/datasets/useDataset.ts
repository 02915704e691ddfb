// One dataset, by its id, for the dialogs.
import { api } from "../../lib/api";

export const useDataset = (datasetId: string) =>
  api.useQuery(
    "get",
    "/v1/datasets/{dataset_id}",
    { params: { path: { dataset_id: datasetId } } },
    { enabled: datasetId !== "" },
  );
