// One import from its start to its report: progress by file, the sentence, the rows that were not taken, the schema.
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconDownload, IconInfoCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, type Schemas } from "../lib/api";
import { saveAnswer } from "../lib/saving";
import { imports as texts } from "../texts/imports";
import { Answer } from "./Answer";
import { ConfirmButton } from "./ConfirmButton";
import { RejectedRows, SchemaPreview, type TypeChoice } from "./ImportReport";
import { importSentence } from "./importSentence";
import { JobStatus } from "./JobStatus";
import { ProblemCard } from "./ProblemCard";

const ASKED_EVERY_MS = 1000;

type Import = Schemas["ImportView"];

const hasEnded = (job: Import): boolean => !["queued", "running", "paused"].includes(job.status);

interface ImportProgressProps {
  importId: string;
  onEnd?: (job: Import) => void;
  /** After a check, where the types of the columns can still be chosen. */
  choice?: TypeChoice | undefined;
}

export function ImportProgress({ importId, onEnd, choice }: ImportProgressProps) {
  const job = api.useQuery(
    "get",
    "/v1/imports/{import_id}",
    { params: { path: { import_id: importId } } },
    { refetchInterval: ({ state }) => (state.data && hasEnded(state.data) ? false : ASKED_EVERY_MS) },
  );
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!job.data || !hasEnded(job.data) || told.current === job.data.id) return;
    told.current = job.data.id;
    onEnd?.(job.data);
  }, [job.data, onEnd]);
  return (
    <Answer query={job}>
      {(data) => (hasEnded(data) ? <Ended job={data} choice={choice} /> : <Running job={data} />)}
    </Answer>
  );
}

function Running({ job }: { job: Import }) {
  const cancel = api.useMutation("post", "/v1/jobs/{job_id}/cancel");
  const refused: unknown = cancel.error;
  const { progress } = job;
  const phase = job.status === "queued" ? texts.waiting : (texts.phases[job.phase ?? ""] ?? job.phase);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="xs">
          <JobStatus job={job} />
          <Text fz="sm">{phase}</Text>
        </Group>
        <ConfirmButton
          size="xs"
          loses={texts.cancelLoses}
          onConfirm={() => cancel.mutate({ params: { path: { job_id: job.id } } })}
        >
          {texts.cancel}
        </ConfirmButton>
      </Group>
      <Progress
        value={progress?.percent ?? 0}
        animated
        size="lg"
        aria-label={phase ?? texts.waiting}
        aria-valuetext={progress?.total ? texts.images(progress.current, progress.total) : undefined}
      />
      <Text fz="sm" c="dimmed">
        {progress?.file
          ? `${texts.file(progress.file.name, progress.file.number, progress.file.count)}. `
          : ""}
        {progress?.total ? `${texts.images(progress.current, progress.total)}. ` : ""}
        {!job.dry_run && texts.goesOn}
      </Text>
      {refused !== null && <ProblemCard error={refused} />}
    </Stack>
  );
}

function Ended({ job, choice }: { job: Import; choice: TypeChoice | undefined }) {
  const isGood = job.status === "succeeded";
  return (
    <Stack gap="md">
      {isGood ? (
        <Alert
          color={job.rejected_rows.length ? "yellow" : "green"}
          variant="light"
          role="status"
          icon={job.rejected_rows.length ? <IconInfoCircle aria-hidden /> : <IconCircleCheck aria-hidden />}
          title={importSentence(job)}
        >
          {job.dry_run ? texts.checked : texts.version(Number(job.result?.version ?? 0))}
        </Alert>
      ) : (
        <Alert
          color={job.status === "failed" ? "red" : "gray"}
          variant="light"
          role="alert"
          title={job.error?.code}
        >
          <Stack gap="xs" align="flex-start">
            <JobStatus job={job} />
            {job.error?.message}
          </Stack>
        </Alert>
      )}
      {job.warnings.map(({ code, detail }) => (
        <Text key={`${code} ${detail}`} fz="sm">
          <IconInfoCircle size={15} aria-hidden style={{ verticalAlign: "-2px", marginInlineEnd: 6 }} />
          {detail}
        </Text>
      ))}
      {job.rejected_rows.length > 0 && <RejectedRows rows={job.rejected_rows} all={job.result?.rejected} />}
      {job.dry_run && isGood && <SchemaPreview schema={job.result?.schema} choice={choice} />}
      {isGood && <SaveReport importId={job.id} />}
    </Stack>
  );
}

function SaveReport({ importId }: { importId: string }) {
  const save = useMutation({
    mutationFn: () => saveAnswer(`/v1/imports/${importId}/rows`, "text/csv", `${importId}.csv`),
  });
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={15} aria-hidden />}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {texts.csv}
      </Button>
      {save.error && <ProblemCard error={save.error} onRetry={() => save.mutate()} />}
    </Group>
  );
}
