// A report on the version and under the filter of the screen.
import { api } from "../../lib/api";
import type { View } from "./state";

const initOf = ({ datasetId, version, where }: View) => ({
  params: { path: { dataset_id: datasetId }, query: { version, where } },
});

export const useCoverage = (view: View) =>
  api.useQuery("get", "/v1/datasets/{dataset_id}/reports/coverage", initOf(view));

export const useConfounds = (view: View) =>
  api.useQuery("get", "/v1/datasets/{dataset_id}/reports/confounds", initOf(view));

export const useQuality = (view: View) =>
  api.useQuery("get", "/v1/datasets/{dataset_id}/reports/quality", initOf(view));
