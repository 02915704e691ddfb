// One row a job; a row opens in place and tells the rest. On phones each row is a card.
import { Anchor, Paper, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import { Link } from "react-router";
import { JobActions } from "../../components/JobActions";
import { JobStatus } from "../../components/JobStatus";
import { aboutWords, type Job, kindWord, screenOf } from "../../lib/jobs";
import { useUrlWord } from "../../lib/urlState";
import { jobs as words } from "../../texts/jobs";
import { JobDetails } from "./JobDetails";
import { JobProgress, JobTimes } from "./JobProgress";

export function JobTable({ jobs }: { jobs: Job[] }) {
  const [opened, setOpened] = useUrlWord("job");
  const isNarrow = useMediaQuery("(max-width: 48em)");
  const toggle = (job: Job): void => setOpened(opened === job.id ? null : job.id, { replace: true });
  if (isNarrow)
    return (
      <Stack gap="sm">
        {jobs.map((job) => (
          <Paper key={job.id} withBorder p="sm" component="article" aria-label={nameOf(job)}>
            <Stack gap="xs">
              <What job={job} />
              <JobStatus job={job} />
              <JobProgress job={job} />
              <JobTimes job={job} />
              <JobActions job={job} />
              <Toggle job={job} isOpen={opened === job.id} onToggle={() => toggle(job)} isWord />
              {opened === job.id && <JobDetails job={job} />}
            </Stack>
          </Paper>
        ))}
      </Stack>
    );
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={36} />
            <Table.Th w={130}>{words.status}</Table.Th>
            <Table.Th>{words.what}</Table.Th>
            <Table.Th w={220}>{words.progress}</Table.Th>
            <Table.Th w={170}>{words.when}</Table.Th>
            <Table.Th w={240}>{words.actions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Fragment key={job.id}>
              <Row job={job}>
                <Toggle job={job} isOpen={opened === job.id} onToggle={() => toggle(job)} />
              </Row>
              {opened === job.id && (
                <Table.Tr>
                  <Table.Td />
                  <Table.Td colSpan={5}>
                    <JobDetails job={job} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

// An image of a dataset is named by its id; people know it by its number. What has no name is called by its kind.
const titleOf = (job: Job): string => {
  const row = /^img_\w+_(\d+)$/.exec(job.name ?? "")?.[1];
  return row ? words.image(Number(row)) : (job.name ?? job.client_reference_id ?? kindWord(job));
};

const nameOf = (job: Job): string => [kindWord(job), titleOf(job), aboutWords(job)].filter(Boolean).join(" ");

function Row({ job, children }: { job: Job; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Td>{children}</Table.Td>
      <Table.Td>
        <JobStatus job={job} />
      </Table.Td>
      <Table.Td>
        <What job={job} />
      </Table.Td>
      <Table.Td>
        <JobProgress job={job} />
      </Table.Td>
      <Table.Td>
        <JobTimes job={job} />
      </Table.Td>
      <Table.Td>
        <JobActions job={job} />
      </Table.Td>
    </Table.Tr>
  );
}

function What({ job }: { job: Job }) {
  const screen = screenOf(job);
  const name = titleOf(job);
  return (
    <Stack gap={0} miw={0}>
      {screen ? (
        <Anchor component={Link} to={screen} fw={550} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Anchor>
      ) : (
        <Text fw={550} style={{ overflowWrap: "anywhere" }}>
          {name}
        </Text>
      )}
      <Text fz="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {[name !== kindWord(job) && kindWord(job), aboutWords(job)].filter(Boolean).join(" · ")}
      </Text>
    </Stack>
  );
}

interface ToggleProps {
  job: Job;
  isOpen: boolean;
  onToggle: () => void;
  isWord?: boolean;
}

function Toggle({ job, isOpen, onToggle, isWord = false }: ToggleProps) {
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  const word = isOpen ? words.hideDetails : words.showDetails;
  return (
    <UnstyledButton
      onClick={onToggle}
      aria-expanded={isOpen}
      aria-label={`${word}: ${nameOf(job)}`}
      style={{ display: "inline-flex", alignItems: "center", gap: 4, minWidth: 28, minHeight: 28 }}
    >
      <Icon size={18} aria-hidden />
      {isWord && <Text fz="sm">{word}</Text>}
    </UnstyledButton>
  );
}
