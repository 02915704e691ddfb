// What its owner thinks of the result; nobody else sees it.
import { Button, Group, Rating, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { memo, useState } from "react";
import { ProblemCard } from "../../../components/ProblemCard";
import { api } from "../../../lib/api";
import { asProblem } from "../../../lib/problem";
import { reimage as texts } from "../../../texts/reimage";
import type { Reimaging } from "../reimaging";
import { reimagingKey } from "../useOrder";

export const Rate = memo(function Rate({ view }: { view: Reimaging }) {
  const queries = useQueryClient();
  const [stars, setStars] = useState(view.rating?.stars ?? 0);
  const [note, setNote] = useState(view.rating?.note ?? "");
  const rate = api.useMutation("put", "/v1/reimagings/{reimaging_id}/rating", {
    onSuccess: (rated) => queries.setQueryData(reimagingKey(view.id), rated),
  });
  const isSaid = view.rating?.stars === stars && (view.rating.note ?? "") === note;
  const refusal = rate.error ? asProblem(rate.error) : null;
  return (
    <Stack gap="xs" className="no-print">
      <Title order={2}>{texts.rate}</Title>
      <Group gap="sm" align="center">
        <Rating
          value={stars}
          onChange={setStars}
          size="lg"
          getSymbolLabel={(value) => texts.stars(value)}
          aria-label={texts.rate}
        />
        <TextInput
          aria-label={texts.note}
          placeholder={texts.note}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          error={refusal?.of("/note")}
          flex="1 1 200px"
          maw={420}
        />
        <Button
          variant="default"
          disabled={stars === 0 || isSaid}
          loading={rate.isPending}
          onClick={() =>
            rate.mutate({
              params: { path: { reimaging_id: view.id } },
              body: { stars, ...(note ? { note } : {}) },
            })
          }
        >
          {texts.save}
        </Button>
        <Text fz="sm" c="dimmed" role="status">
          {isSaid && stars > 0 ? texts.saved : texts.onlyYou}
        </Text>
      </Group>
      {refusal && !refusal.of("/note") && <ProblemCard error={refusal} />}
    </Stack>
  );
});
