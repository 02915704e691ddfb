// What was ordered, so that it can be read, ordered again, and repeated by a call.
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import { Link } from "react-router";
import { CopyAsCall } from "../../components/CopyAsCall";
import { api } from "../../lib/api";
import { count } from "../../lib/format";
import { architectureWords, presetWords, training as words } from "../../texts/training";
import classes from "./Order.module.css";
import { againAt, callOf, pythonOf } from "./orderAgain";
import type { Training } from "./useFollowed";

export function Order({ training }: { training: Training }) {
  const isSelector = training.makes === "selector";
  return (
    <Paper withBorder p="md" component="section" aria-label={words.order}>
      <Stack gap="sm">
        <Title order={2} fz="md">
          {words.order}
        </Title>
        <dl className={classes.facts}>
          {rowsOf(training).map(([term, value]) => (
            <Fragment key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
        <Group gap="xs">
          {!isSelector && (
            <Button component={Link} to={againAt(training)} variant="default">
              {words.again}
            </Button>
          )}
          <CopyAsCall call={callOf(training)} python={pythonOf(training)} />
        </Group>
      </Stack>
    </Paper>
  );
}

function rowsOf(training: Training): [term: string, value: ReactNode][] {
  if (training.makes === "selector")
    return [
      [words.architecture, words.selectorDetail],
      [words.seed, training.seed],
    ];
  const { image_count: images, resolution } = training;
  const rows: [string, ReactNode][] = [
    [words.data, <Data key="data" data={training.data} />],
    [
      words.images,
      images === null ? "–" : `${count(images)}${resolution ? `, ${resolution} × ${resolution} pixels` : ""}`,
    ],
    [words.architecture, architectureWords[training.architecture] ?? training.architecture],
    [words.preset, presetWords[training.preset] ?? training.preset],
    ...Object.entries(training.hyperparameters).map(([name, value]): [string, ReactNode] => [
      name.replaceAll("_", " "),
      String(value),
    ]),
    [words.seed, training.seed],
    [training.is_promotion ? words.promotionOf : words.startFrom, <Start key="start" training={training} />],
  ];
  if (training.model_id)
    rows.push([
      words.nextVersionOf,
      <Anchor key="model" component={Link} to={`/models/${training.model_id}`}>
        {words.model}
      </Anchor>,
    ]);
  if (training.retry_of)
    rows.push([
      words.retryOf,
      <Anchor key="retry" component={Link} to={`/trainings/${training.retry_of}`}>
        {words.thisTraining}
      </Anchor>,
    ]);
  return rows;
}

function Data({ data }: { data: Training["data"] }) {
  return (
    <Stack gap={2}>
      {data.map((part) => (
        <Part key={`${part.dataset_id} ${part.version} ${part.where?.join()}`} part={part} />
      ))}
    </Stack>
  );
}

function Part({ part }: { part: Training["data"][number] }) {
  const dataset = api.useQuery(
    "get",
    "/v1/datasets/{dataset_id}",
    { params: { path: { dataset_id: part.dataset_id } } },
    { staleTime: 60_000, retry: false },
  );
  return (
    <Text fz="sm" component="span">
      <Anchor component={Link} to={`/datasets/${part.dataset_id}`} inherit>
        {dataset.data?.name ?? part.dataset_id}
      </Anchor>
      , version {part.version}
      {part.where?.length ? `, ${words.latestOnly} ${part.where.join(", ")}` : ""}
    </Text>
  );
}

function Start({ training: { start_from: start } }: { training: Training }) {
  if (!start) return words.scratch;
  if (start.training_id)
    return (
      <Text fz="sm" component="span">
        <Anchor component={Link} to={`/trainings/${start.training_id}?step=${start.step}`} inherit>
          {words.thisTraining}
        </Anchor>
        , {words.stepOf(Number(start.step))}
      </Text>
    );
  return (
    <Anchor component={Link} to={`/models/${start.model_id}`} fz="sm">
      {words.versionOf(start.version ?? "latest")}
    </Anchor>
  );
}
