// The import dialog: the form, then the import. `into=` and `job=` of the address say where it stands.
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { Answer } from "../../../components/Answer";
import { ImportProgress } from "../../../components/ImportProgress";
import { type AttributeType, previewOf } from "../../../components/ImportReport";
import { ProblemCard } from "../../../components/ProblemCard";
import { api, type Schemas } from "../../../lib/api";
import { importing as texts } from "../../../texts/datasets";
import { useDataset } from "../useDataset";
import { type Draft, EMPTY } from "./draft";
import { ImportForm } from "./ImportForm";
import { type ChosenSchema, type ChosenTypes, chosenSchema, isUnchecked } from "./schema";
import { useImportOrder } from "./useImportOrder";

type Dataset = Schemas["DatasetView"];

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [search] = useSearchParams();
  const [into] = useState(search.get("into")); // later it is what the draft says already
  return into ? <IntoDataset datasetId={into} onClose={onClose} /> : <Import onClose={onClose} />;
}

function IntoDataset({ datasetId, onClose }: { datasetId: string; onClose: () => void }) {
  const dataset = useDataset(datasetId);
  return (
    <Answer query={dataset}>
      {({ id, role }) => <Import key={id} first={{ target: id, role }} onClose={onClose} />}
    </Answer>
  );
}

interface ImportProps {
  first?: Partial<Draft>;
  onClose: () => void;
}

function Import({ first, onClose }: ImportProps) {
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, ...first });
  const [search, setSearch] = useSearchParams();
  const job = search.get("job");
  const change = (some: Partial<Draft>): void => setDraft((before) => ({ ...before, ...some }));
  const order = useImportOrder({
    onOrdered: ({ importId, datasetId }) => {
      change({ target: datasetId }); // what comes next goes into the same dataset
      setSearch(
        (now) =>
          new URLSearchParams([...without(now, "job", "into"), ["job", importId], ["into", datasetId]]),
        { replace: Boolean(job) },
      );
    },
    onDropped: () => {
      change({ target: "" }); // what comes next makes it anew
      setSearch((now) => new URLSearchParams(without(now, "into")), { replace: true });
    },
  });
  if (!job) return <ImportForm draft={draft} onChange={change} order={order} />;
  return (
    <Followed
      importId={job}
      target={draft.target}
      onEnd={order.end}
      onAgain={() => setSearch((now) => new URLSearchParams(without(now, "job")))}
      onClose={onClose}
      onImport={
        draft.files.length > 0 || draft.source === "drawn"
          ? (dataset, isDryRun, schema) => order.start({ draft, dataset, isDryRun, schema })
          : undefined // after a reload the files are gone from here
      }
      isBusy={order.isBusy}
      error={order.error}
    />
  );
}

const without = (search: URLSearchParams, ...names: string[]): [string, string][] =>
  [...search].filter(([name]) => !names.includes(name));

interface FollowedProps {
  importId: string;
  target: string;
  isBusy: boolean;
  onEnd: (job: Schemas["ImportView"]) => Promise<void>;
  onAgain: () => void;
  onClose: () => void;
  onImport:
    | ((dataset: Dataset | undefined, isDryRun: boolean, schema: ChosenSchema | undefined) => void)
    | undefined;
  error: unknown;
}

function Followed({ importId, target, isBusy, onEnd, onAgain, onClose, onImport, error }: FollowedProps) {
  const [chosen, setChosen] = useState<ChosenTypes>({});
  const job = api.useQuery("get", "/v1/imports/{import_id}", { params: { path: { import_id: importId } } });
  const isGood = job.data?.status === "succeeded";
  const wasChecked = Boolean(job.data?.dry_run);
  // That of a check may be gone: it is made anew when its images are imported.
  const dataset = useDataset(isGood && !wasChecked ? (job.data?.dataset_id ?? "") : target);
  const mayChoose = wasChecked && Boolean(onImport) && (!target || dataset.data?.latest_version === 0);
  const choose = (attribute: string, type: AttributeType): void =>
    setChosen({ ...chosen, [attribute]: type });
  const preview = previewOf(job.data?.result?.schema);
  const schema = mayChoose ? chosenSchema(preview, chosen) : undefined;
  const known = target ? dataset.data : undefined;
  return (
    <Stack>
      <ImportProgress importId={importId} onEnd={onEnd} choice={mayChoose ? { chosen, choose } : undefined} />
      {error ? <ProblemCard error={error} /> : null}
      <Group justify="flex-end">
        {job.data?.finished_at && (
          <Button variant="default" onClick={onAgain}>
            {wasChecked || !isGood ? texts.change : texts.again}
          </Button>
        )}
        {isGood && wasChecked && onImport && (
          <>
            {schema && isUnchecked(preview, chosen) && (
              <Button variant="default" loading={isBusy} onClick={() => onImport(known, true, schema)}>
                {texts.checkAgain}
              </Button>
            )}
            <Button loading={isBusy} onClick={() => onImport(known, false, schema)}>
              {texts.importChecked}
            </Button>
          </>
        )}
        {isGood && !wasChecked && dataset.data && (
          <Button component={Link} to={`/datasets/${dataset.data.id}`}>
            {texts.open}
          </Button>
        )}
        {!job.data?.finished_at && (
          <Button variant="default" onClick={onClose}>
            {texts.done}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
