// Erasing a person: first what it touches, then a second press, then the receipt. The address keeps both jobs.
import { Button, Paper, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { api } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { useUrlWord } from "../../lib/urlState";
import { settings } from "../../texts/settings";
import { Erasure } from "./Erasure";

const words = settings.subjects;

export function Subjects() {
  const [deletionId, setDeletionId] = useUrlWord("deletion");
  const [subject, setSubject] = useState("");
  const order = api.useMutation("post", "/v1/deletions", { onSuccess: ({ id }) => setDeletionId(id) });
  const refusal = order.error ? asProblem(order.error) : null;
  const look = (event: FormEvent): void => {
    event.preventDefault();
    order.mutate({ body: { subject, dry_run: true } });
  };
  return (
    <Stack maw={720}>
      <Text c="dimmed">{words.detail}</Text>
      {deletionId ? (
        <Erasure
          deletionId={deletionId}
          isOrdering={order.isPending}
          onErase={(name) => order.mutate({ body: { subject: name } })}
          onLeave={() => {
            setSubject("");
            setDeletionId(null);
          }}
        />
      ) : (
        <Paper withBorder p="md" component="form" onSubmit={look}>
          <Stack gap="sm" align="flex-start">
            <TextInput
              w="100%"
              label={words.subject}
              description={words.subjectDetail}
              required
              value={subject}
              onChange={(event) => setSubject(event.currentTarget.value)}
              error={refusal?.of("/subject")}
            />
            <Button type="submit" loading={order.isPending}>
              {words.look}
            </Button>
          </Stack>
        </Paper>
      )}
      {refusal && <ProblemCard error={refusal} shownAtFields={deletionId ? [] : ["/subject"]} />}
    </Stack>
  );
}
