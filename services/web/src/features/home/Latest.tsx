// What the account did last: filled faces, and the longer jobs. Nothing is shown where there is nothing.
import { Anchor, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { Link } from "react-router";
import { Face } from "../../components/Face";
import { JobStatus, type Wishes } from "../../components/JobStatus";
import { Moment } from "../../components/Moment";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { aboutWords, kindWord } from "../../lib/jobs";
import { latest as texts } from "../../texts/home";
import classes from "./Latest.module.css";

const FACES = 6;
const JOBS = 5;
const LOOKED_AT = 20; // jobs: re-imagings and coverings among them have their own row
const LARGE = 256; // pixels of a side, of a face that was cut out of a photograph: shown smoothly
const SHOWN = 96;
const OWN_ROW = ["reimaging", "covering"];

type Job = Schemas["JobView"];
type Moved = Wishes & { id: string; created_at: string };
type Framed = { faces: { box: number[] }[]; face?: number; photo?: unknown };

export function Latest() {
  return (
    <>
      {useMay("reimagings:read") && <LatestFaces />}
      <LatestJobs />
    </>
  );
}

function LatestFaces() {
  const found = api.useQuery("get", "/v1/reimagings", { params: { query: { limit: FACES } } });
  const faces = found.data?.data ?? [];
  if (faces.length === 0) return null;
  return (
    <Stack component="section" gap="sm">
      <Heading title={texts.reimagings} to="/reimage" />
      <Group gap="sm">
        {faces.map((reimaging) => (
          <LatestFace
            key={reimaging.id}
            job={reimaging}
            src={reimaging.files["final.png"]}
            side={sideOf(reimaging.result)}
          />
        ))}
      </Group>
    </Stack>
  );
}

function LatestFace({ job, src, side }: { job: Moved; src: string | undefined; side: number }) {
  return (
    <Stack align="center" gap={4}>
      <Link to={`/reimage/${job.id}`} className={classes.face}>
        {src ? (
          <Face src={src} alt={texts.face} side={side} size={SHOWN} synthetic />
        ) : (
          <IconClock size={28} stroke={1.4} role="img" aria-label={texts.face} />
        )}
      </Link>
      {job.status !== "succeeded" && <JobStatus job={job} />}
      <Text fz="xs" c="dimmed" component="span">
        <Moment at={job.created_at} />
      </Text>
    </Stack>
  );
}

/** Pixels of the filled face's side; a face out of a photograph was brought to its model's size, which is not told. */
function sideOf(result: Framed | null): number {
  const box = result?.faces[result.face ?? 0]?.box;
  return box && !result?.photo ? (box[2] ?? LARGE) - (box[0] ?? 0) : LARGE;
}

function LatestJobs() {
  const found = api.useQuery("get", "/v1/jobs", { params: { query: { limit: LOOKED_AT, dry_run: false } } });
  const jobs = (found.data?.data ?? []).filter(({ kind }) => !OWN_ROW.includes(kind)).slice(0, JOBS);
  if (jobs.length === 0) return null;
  return (
    <Stack component="section" gap="sm">
      <Heading title={texts.jobs} to="/jobs" />
      <Paper withBorder>
        {jobs.map((job) => (
          <Group key={job.id} className={classes.job} gap="md" wrap="nowrap" px="md" py="sm">
            <JobStatus job={job} />
            <Anchor
              component={Link}
              to={addressOf(job)}
              fz="sm"
              flex={1}
              miw={0}
              style={{ overflowWrap: "anywhere" }}
            >
              {[kindWord(job), job.name, aboutWords(job)].filter(Boolean).join(" · ")}
            </Anchor>
            <Text fz="xs" c="dimmed" component="span" style={{ whiteSpace: "nowrap" }}>
              <Moment at={job.created_at} />
            </Text>
          </Group>
        ))}
      </Paper>
    </Stack>
  );
}

const addressOf = (job: Job): string =>
  job.kind === "training" ? `/trainings/${job.id}` : `/jobs?kind=${job.kind}`;

function Heading({ title, to }: { title: string; to: string }) {
  return (
    <Group justify="space-between" gap="xs">
      <Title order={2}>{title}</Title>
      <Anchor component={Link} to={to} fz="sm" aria-label={`${title}: ${texts.all}`}>
        {texts.all}
      </Anchor>
    </Group>
  );
}
