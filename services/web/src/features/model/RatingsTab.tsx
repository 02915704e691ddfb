// What people think of the model: one rating and note an account.
import { Button, Group, Paper, Rating, Stack, Text, Textarea, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { api } from "../../lib/api";
import { model } from "../../texts/model";
import type { TabProps } from "./Screen";

const words = model.ratings;

export function RatingsTab({ model }: TabProps) {
  const path = { model_id: model.id };
  const ratings = api.useQuery("get", "/v1/models/{model_id}/ratings", {
    params: { path, query: { limit: 100 } },
  });
  return (
    <Stack maw={640}>
      <OwnRating modelId={model.id} />
      <Answer query={ratings} isEmpty={({ data }) => !data.length} empty={<EmptyState title={words.empty} />}>
        {({ data }) => (
          <Stack gap="xs">
            {data.map((rating) => (
              <Paper key={rating.id} withBorder p="sm" component="article">
                <Group justify="space-between">
                  <Rating value={rating.stars} readOnly aria-label={`${words.stars}: ${rating.stars}`} />
                  <Text fz="sm" c="dimmed">
                    {rating.is_yours ? words.own : rating.author} · <Moment at={rating.updated_at} />
                  </Text>
                </Group>
                {rating.note && <Text>{rating.note}</Text>}
              </Paper>
            ))}
          </Stack>
        )}
      </Answer>
    </Stack>
  );
}

function OwnRating({ modelId }: { modelId: string }) {
  const queries = useQueryClient();
  const [stars, setStars] = useState(0);
  const [note, setNote] = useState("");
  const rate = api.useMutation("put", "/v1/models/{model_id}/ratings", {
    onSuccess: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/v1/models"),
      }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rate.mutate({ params: { path: { model_id: modelId } }, body: { stars, note: note || null } });
  };
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit}>
      <Stack gap="sm" align="flex-start">
        <Title order={2}>{words.yours}</Title>
        <Rating value={stars} onChange={setStars} size="lg" getSymbolLabel={(of) => `${of} of 5`} />
        <Textarea
          label={words.note}
          w="100%"
          autosize
          minRows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!stars} loading={rate.isPending}>
          {words.save}
        </Button>
        {rate.isSuccess && (
          <Text role="status" fz="sm">
            {words.saved}
          </Text>
        )}
        {rate.error && <ProblemCard error={rate.error} />}
      </Stack>
    </Paper>
  );
}
