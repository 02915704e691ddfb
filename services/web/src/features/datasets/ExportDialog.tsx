// A zip of a dataset, or of what a filter leaves of it (`only=` of the address, as `where=` of a dataset).
import { Anchor, Button, Group, Progress, Radio, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { Answer } from "../../components/Answer";
import { JobStatus } from "../../components/JobStatus";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { bytes } from "../../lib/format";
import { useUrlWord, useUrlWords } from "../../lib/urlState";
import { dialogs } from "../../texts/datasetDialogs";

const texts = dialogs.export;
const FORMATS: Schemas["ExportFormat"][] = ["folder", "tensors"];
const ASKED_EVERY_MS = 700;

export function ExportDialog({ datasetId, onClose }: { datasetId: string; onClose: () => void }) {
  const [format, setFormat] = useState<Schemas["ExportFormat"]>("folder");
  const [where] = useUrlWords("only");
  const [job, setJob] = useUrlWord("job");
  const order = api.useMutation("post", "/v1/exports", {
    onSuccess: (made) => setJob(made.id, { replace: true }),
  });
  const refused: unknown = order.error;
  if (job) return <ExportProgress exportId={job} onClose={onClose} />;
  return (
    <Stack>
      <Text>{texts.how}</Text>
      {where.length > 0 && <Text fw={600}>{texts.filtered(where)}</Text>}
      <Radio.Group
        label={texts.format}
        value={format}
        onChange={(value) => setFormat(value as Schemas["ExportFormat"])}
      >
        <Stack gap="xs" mt={6}>
          {FORMATS.map((one) => (
            <Radio key={one} value={one} label={texts.formats[one]} />
          ))}
        </Stack>
      </Radio.Group>
      {refused !== null && <ProblemCard error={refused} />}
      <Group justify="flex-end">
        <Button
          loading={order.isPending}
          onClick={() => order.mutate({ body: { dataset_id: datasetId, format, where } })}
        >
          {texts.button}
        </Button>
      </Group>
    </Stack>
  );
}

function ExportProgress({ exportId, onClose }: { exportId: string; onClose: () => void }) {
  const made = api.useQuery(
    "get",
    "/v1/exports/{export_id}",
    { params: { path: { export_id: exportId } } },
    { refetchInterval: ({ state }) => (state.data?.finished_at ? false : ASKED_EVERY_MS) },
  );
  return (
    <Answer query={made}>
      {(job) => (
        <Stack aria-live="polite">
          <Group gap="xs">
            <JobStatus job={job} />
            <Text>
              {job.result ? texts.ready(job.result.images, bytes(job.result.bytes)) : job.error?.message}
            </Text>
          </Group>
          {!job.finished_at && (
            <Progress value={job.progress?.percent ?? 0} animated aria-label={texts.making} />
          )}
          {job.expires_at && (
            <Text fz="sm" c="dimmed">
              {texts.expires} <Moment at={job.expires_at} />.
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {dialogs.done}
            </Button>
            {job.urls.content && (
              <Anchor href={job.urls.content} download={job.name} underline="never">
                <Button component="span" leftSection={<IconDownload size={16} aria-hidden />}>
                  {texts.save}
                </Button>
              </Anchor>
            )}
          </Group>
        </Stack>
      )}
    </Answer>
  );
}
