// The rest about a job: why it failed, what it warned of, how long each phase took.
import { Alert, Badge, Code, CopyButton, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { ProblemCard } from "../../components/ProblemCard";
import { duration } from "../../lib/format";
import type { Job } from "../../lib/jobs";
import { problemOfJob } from "../../lib/problem";
import { texts } from "../../texts";
import { jobs as words } from "../../texts/jobs";

export function JobDetails({ job }: { job: Job }) {
  return (
    <Stack gap="sm" py="xs" maw={760}>
      {job.error && <ProblemCard error={problemOfJob(job.error)} />}
      {job.warnings.map((warning) => (
        <Alert key={warning.detail} color="yellow" variant="light" icon={<IconInfoCircle aria-hidden />}>
          {warning.detail}
        </Alert>
      ))}
      {job.phases.length > 0 && (
        <Group gap="xs">
          <Text fz="sm">{words.phases}</Text>
          {job.phases.map((phase) => (
            <Badge key={`${phase.name} ${phase.started_at}`} variant="default" tt="none" fw={500}>
              {phase.name}
              {phase.ended_at && ` ${duration(secondsBetween(phase.started_at, phase.ended_at))}`}
            </Badge>
          ))}
        </Group>
      )}
      <Group gap="xs">
        <Text fz="sm">{words.id}</Text>
        <Code>{job.id}</Code>
        <CopyButton value={job.id}>
          {({ copied, copy }) => (
            <UnstyledButton onClick={copy} fz="sm" td="underline" mih={24}>
              {copied ? texts.common.copied : texts.common.copy}
            </UnstyledButton>
          )}
        </CopyButton>
        <Text fz="sm">
          {words.attempt} {job.attempt}
        </Text>
        {job.retry_of && (
          <Text fz="sm">
            {words.retryOf} <Code>{job.retry_of}</Code>
          </Text>
        )}
      </Group>
    </Stack>
  );
}

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;
