// One deletion: while it looks or erases, what it would touch, and the receipt once it has erased.
import { Button, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { ConfirmButton } from "../../components/ConfirmButton";
import { JobStatus } from "../../components/JobStatus";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { absoluteTime, count } from "../../lib/format";
import { isMoving } from "../../lib/jobs";
import { problemOfJob } from "../../lib/problem";
import { settings } from "../../texts/settings";

const words = settings.subjects;
const LOOKED_EVERY_MS = 700;

interface ErasureProps {
  deletionId: string;
  isOrdering: boolean;
  onErase: (subject: string) => void;
  onLeave: () => void;
}

export function Erasure({ deletionId, isOrdering, onErase, onLeave }: ErasureProps) {
  const deletion = api.useQuery(
    "get",
    "/v1/deletions/{deletion_id}",
    { params: { path: { deletion_id: deletionId } } },
    { refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? LOOKED_EVERY_MS : false) },
  );
  return (
    <Answer query={deletion}>
      {(found) => (
        <Paper withBorder p="md">
          <Stack gap="sm">
            <Group justify="space-between">
              <Title order={2}>{found.subject ?? found.id}</Title>
              <JobStatus job={found} />
            </Group>
            {isMoving(found) && <Text role="status">{found.dry_run ? words.looking : words.running}</Text>}
            {found.error && <ProblemCard error={problemOfJob(found.error)} />}
            {found.dry_run && found.impact && <ImpactTable impact={found.impact} />}
            {found.result && <ReceiptTable receipt={found.result} />}
            <Group gap="xs">
              {found.dry_run && found.subject && found.impact && found.impact.images > 0 && (
                <ConfirmButton
                  loading={isOrdering}
                  loses={words.eraseLoses(found.impact.images)}
                  onConfirm={() => found.subject && onErase(found.subject)}
                >
                  {words.erase}
                </ConfirmButton>
              )}
              <Button variant="default" onClick={onLeave}>
                {words.other}
              </Button>
            </Group>
          </Stack>
        </Paper>
      )}
    </Answer>
  );
}

function ImpactTable({ impact }: { impact: Schemas["Impact"] }) {
  if (!impact.images) return <Text>{words.nothing}</Text>;
  const rows: [string, number][] = [
    [words.images, impact.images],
    [words.coveredCopies, impact.covered_copies],
    [words.versions, impact.versions.length],
    [words.reimagings, impact.reimagings.length],
    [words.batches, impact.batches.length],
    [words.exports, impact.exports.length],
    [words.probes, impact.probes.length],
    [words.unfinished, impact.unfinished_jobs.length],
    [words.models, impact.models.length],
    [words.copiesOfOthers, impact.copies_of_others],
  ];
  return (
    <>
      <Counts caption={words.impact} rows={rows} />
      <ModelLinks models={impact.models} />
    </>
  );
}

function ReceiptTable({ receipt }: { receipt: Schemas["Receipt"] }) {
  const file = `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(receipt, null, 2))}`;
  return (
    <>
      <Text fz="sm">
        {words.erasedAt} {absoluteTime(receipt.erased_at)}. {receipt.statement}
      </Text>
      <Counts caption={words.deleted} rows={Object.entries(receipt.deleted)} />
      {receipt.affected_models.length > 0 && (
        <Text fz="sm" fw={600}>
          {words.affected}
        </Text>
      )}
      <ModelLinks models={receipt.affected_models} />
      <Button component="a" href={file} download="erasure-receipt.json" variant="default" w="fit-content">
        {words.download}
      </Button>
    </>
  );
}

function Counts({ caption, rows }: { caption: string; rows: [string, number][] }) {
  return (
    <Table captionSide="top" withRowBorders={false} verticalSpacing={4}>
      <Table.Caption ta="left" fw={600}>
        {caption}
      </Table.Caption>
      <Table.Tbody>
        {rows.map(([label, number]) => (
          <Table.Tr key={label}>
            <Table.Th fw={400} scope="row">
              {label.replaceAll("_", " ")}
            </Table.Th>
            <Table.Td ta="right">{count(number)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ModelLinks({ models }: { models: { model_id: string; version: number }[] }) {
  return models.map((model) => (
    <Link key={`${model.model_id} ${model.version}`} to={`/models/${model.model_id}`}>
      {model.model_id}, version {model.version}
    </Link>
  ));
}
