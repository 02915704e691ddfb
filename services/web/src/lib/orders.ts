// Datasets and imports as they are ordered from several screens; alternatives of a schema as plain types.
import { client, type Schemas } from "./api";

export type Attestation = Pick<Schemas["AttestationBody"], "basis" | "purpose" | "minors_excluded"> & {
  licence?: string;
};

/** Which images of a dataset are changed, and how; exactly one of each. */
export type Edit = ({ where: string[] } | { image_ids: string[] }) &
  (
    | { set: Record<string, string | number | boolean | null> }
    | { delete: true }
    | { confirm: string[] }
    | { dismiss: string[] }
  );

export type Source =
  | { type: "upload"; upload_id: string }
  | Schemas["GeneratorSource"]
  | Schemas["MergeSource"]
  | Schemas["CoveringsSource"]
  | ({ type: "edit" } & Edit);

export type ImportChoices = Partial<
  Pick<Schemas["ImportOptions"], "detect_faces" | "dry_run" | "near_duplicates" | "suggest_attributes">
>;

export interface NewDataset {
  name: string;
  role: Schemas["Role"];
  attestation?: Attestation;
  retain_until?: string;
}

/** The new dataset's id. */
export async function orderDataset(body: NewDataset): Promise<string> {
  const { data } = await client.POST("/v1/datasets", { body });
  return (data as Schemas["DatasetView"]).id;
}

/** A dataset that was made for something which has come to nothing; one that a job uses stays. */
export async function dropDataset(id: string): Promise<void> {
  await client
    .DELETE("/v1/datasets/{dataset_id}", { params: { path: { dataset_id: id } } })
    .catch(() => null);
}

/** The import's id. */
export async function orderImport(
  datasetId: string,
  source: Source,
  choices: ImportChoices = {},
): Promise<string> {
  const body = { dataset_id: datasetId, source, ...choices };
  const { data } = await client.POST("/v1/imports", { body });
  return (data as Schemas["ImportView"]).id;
}
