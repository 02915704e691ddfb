// The model before it is adopted: fresh samples from a seed, and a covered face of one's own.
import {
  Button,
  FileButton,
  Group,
  NumberInput,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { Face } from "../../components/Face";
import { ProblemCard } from "../../components/ProblemCard";
import { Statement } from "../../components/Statement";
import { api } from "../../lib/api";
import { isMoving } from "../../lib/jobs";
import { problemOfJob } from "../../lib/problem";
import { reimagePhoto } from "../../lib/reimagePhoto";
import { useUrlNumber, useUrlWord } from "../../lib/urlState";
import { model } from "../../texts/model";
import { models } from "../../texts/models";
import type { TabProps } from "./Screen";

const words = model.try;
const LOOKED_EVERY_MS = 1_000;
const SHOWN = 192;

export function TryTab(props: TabProps) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <FreshSamples {...props} />
      <OwnPhoto {...props} />
    </SimpleGrid>
  );
}

function FreshSamples({ version }: TabProps) {
  const [seed, setSeed] = useUrlNumber("seed", 1);
  const [evaluationId, setEvaluationId] = useUrlWord("samples");
  const order = api.useMutation("post", "/v1/evaluations", {
    onSuccess: ({ id }) => setEvaluationId(id, { replace: true }),
  });
  const drawn = api.useQuery(
    "get",
    "/v1/evaluations/{evaluation_id}",
    { params: { path: { evaluation_id: evaluationId } } },
    {
      enabled: Boolean(evaluationId),
      refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? LOOKED_EVERY_MS : false),
    },
  );
  const sheet = drawn.data?.files["samples.png"];
  return (
    <Stack align="flex-start">
      <Title order={2}>{words.samples}</Title>
      <Group align="flex-end" gap="sm">
        <NumberInput
          label={words.seed}
          w={120}
          min={0}
          value={seed}
          onChange={(value) => setSeed(Number(value) || 0, { replace: true })}
        />
        <Button
          loading={order.isPending}
          onClick={() =>
            order.mutate({
              body: {
                kind: "samples",
                seed,
                model: { model_id: version.model_id, version: version.version },
              },
            })
          }
        >
          {words.draw}
        </Button>
      </Group>
      {order.error && <ProblemCard error={order.error} />}
      {drawn.data && isMoving(drawn.data) && (
        <>
          <Text role="status">{words.drawing}</Text>
          <Skeleton w={332} h={332} />
        </>
      )}
      {drawn.data?.error && <ProblemCard error={problemOfJob(drawn.data.error)} />}
      {sheet && (
        <img
          src={sheet}
          alt={models.samplesOf(version.name)}
          width={664}
          height={704}
          style={{ maxWidth: "100%", height: "auto" }}
        />
      )}
    </Stack>
  );
}

function OwnPhoto({ version }: TabProps) {
  const [name, setName] = useState("");
  const filling = useMutation({
    mutationFn: (photo: File) =>
      reimagePhoto(photo, {
        model: { model_id: version.model_id, version: version.version },
        purpose: words.photoPurpose,
      }),
  });
  const choose = (photo: File | null): void => {
    if (!photo) return;
    setName(photo.name);
    filling.mutate(photo);
  };
  const { data, error, isPending } = filling;
  return (
    <Stack align="flex-start">
      <Title order={2}>{words.photo}</Title>
      <Text c="dimmed">{words.photoDetail}</Text>
      <FileButton onChange={choose} accept="image/png,image/jpeg,image/webp">
        {(button) => (
          <Button {...button} loading={isPending}>
            {words.choose}
          </Button>
        )}
      </FileButton>
      {error && <ProblemCard error={error} />}
      {data?.error && <ProblemCard error={problemOfJob(data.error)} />}
      {data?.result?.steps?.final && (
        <>
          <Face
            src={data.result.steps.final}
            alt={`${name} filled by ${version.name}`}
            side={version.resolution}
            size={SHOWN}
            synthetic
          />
          <Statement />
          <Link to={`/reimage/${data.id}`}>{words.open}</Link>
        </>
      )}
    </Stack>
  );
}
