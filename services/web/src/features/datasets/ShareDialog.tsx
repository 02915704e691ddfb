// With whom a dataset is shared: nobody, accounts by name, or everyone under a licence.
import { Button, Checkbox, Group, Radio, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../components/Answer";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { dialogs } from "../../texts/datasetDialogs";
import { useDataset } from "./useDataset";

const texts = dialogs.share;
type Dataset = Schemas["DatasetView"];
const VISIBILITIES: Dataset["visibility"][] = ["private", "shared", "public"];
const FIELDS = ["/licence", "/shared_with", "/visibility"];

export function ShareDialog({ datasetId, onClose }: { datasetId: string; onClose: () => void }) {
  const dataset = useDataset(datasetId);
  return <Answer query={dataset}>{(data) => <ShareForm dataset={data} onClose={onClose} />}</Answer>;
}

function ShareForm({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const [visibility, setVisibility] = useState(dataset.visibility);
  const [accounts, setAccounts] = useState(dataset.shared_with);
  const [licence, setLicence] = useState(dataset.licence ?? "");
  const [download, setDownload] = useState(dataset.download);
  const queries = useQueryClient();
  const change = api.useMutation("patch", "/v1/datasets/{dataset_id}", {
    onSuccess: () => {
      queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/v1/datasets"),
      });
      onClose();
    },
  });
  const error: unknown = change.error;
  const refused = error ? asProblem(error) : null;
  const privates = Object.entries(dataset.attributes).flatMap(([name, one]) => (one.private ? [name] : []));
  const isNarrower =
    VISIBILITIES.indexOf(visibility) < VISIBILITIES.indexOf(dataset.visibility) ||
    dataset.shared_with.some((one) => !accounts.includes(one));
  const save = (): void =>
    change.mutate({
      params: { path: { dataset_id: dataset.id } },
      body: {
        visibility,
        download,
        ...(visibility === "shared" ? { shared_with: accounts } : {}),
        ...(licence.trim() ? { licence: licence.trim() } : {}),
      },
    });
  return (
    <Stack>
      <Text fz="sm">{texts.how}</Text>
      <Radio.Group
        label={texts.visibility}
        value={visibility}
        error={refused?.of("/visibility")}
        onChange={(value) => setVisibility(value as Dataset["visibility"])}
      >
        <Stack gap="xs" mt={6}>
          {VISIBILITIES.map((one) => (
            <Radio key={one} value={one} label={texts.visibilities[one]} />
          ))}
        </Stack>
      </Radio.Group>
      {visibility === "shared" && (
        <TagsInput
          label={texts.accounts}
          description={texts.accountsHow}
          value={accounts}
          error={refused?.of("/shared_with")}
          onChange={setAccounts}
        />
      )}
      {visibility === "public" && (
        <TextInput
          label={texts.licence}
          description={texts.licenceHow}
          value={licence}
          required
          error={refused?.of("/licence")}
          onChange={({ currentTarget }) => setLicence(currentTarget.value)}
        />
      )}
      {visibility !== "private" && (
        <Checkbox
          label={texts.download}
          checked={download}
          onChange={({ currentTarget }) => setDownload(currentTarget.checked)}
        />
      )}
      <Text fz="sm" c="dimmed">
        {privates.length ? texts.privates(privates) : texts.noPrivates}
      </Text>
      {isNarrower && <Text fz="sm">{texts.narrows}</Text>}
      {refused && <ProblemCard error={refused} shownAtFields={FIELDS} />}
      <Group justify="flex-end">
        <Button loading={change.isPending} onClick={save}>
          {texts.button}
        </Button>
      </Group>
    </Stack>
  );
}
