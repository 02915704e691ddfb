// The models that learned from a dataset, by name, as a dataset is spoken of anywhere.
import { Anchor, Text } from "@mantine/core";
import { Fragment } from "react";
import { Link } from "react-router";
import { api } from "../lib/api";
import { texts } from "../texts";
import { useMay } from "./session";

const NAMED = 3; // of more, how many there are

export function useModelsOf(datasetId: string, limit: number) {
  const query = { dataset_id: datasetId, limit, include: "total" } as const;
  const isAllowed = useMay("models:read");
  return api.useQuery("get", "/v1/models", { params: { query } }, { enabled: isAllowed });
}

interface ModelsOfDatasetProps {
  datasetId: string;
  /** Of the links, where they lie above something else that can be pressed. */
  className?: string;
}

/** Nothing where there is none. */
export function ModelsOfDataset({ datasetId, className }: ModelsOfDatasetProps) {
  const { data } = useModelsOf(datasetId, NAMED);
  const models = data?.data ?? [];
  if (models.length === 0) return null;
  const further = (data?.total ?? models.length) - models.length;
  return (
    <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
      {texts.common.modelsOf}{" "}
      {models.map(({ id, name }, at) => (
        <Fragment key={id}>
          {at > 0 && ", "}
          <Anchor
            component={Link}
            to={`/models/${id}`}
            inherit
            underline="always"
            className={className ?? ""}
          >
            {name}
          </Anchor>
        </Fragment>
      ))}
      {further > 0 && ` ${texts.common.further(further)}`}
    </Text>
  );
}
