// A new endpoint; its secret is in the answer and nowhere else, so it is shown before the dialog closes.
import { Button, MultiSelect, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { notifications } from "../../texts/notifications";
import { Secret } from "./Secret";

const words = notifications.webhooks;
type EventType = NonNullable<Schemas["WebhookEndpointRequest"]["event_types"]>[number];

const EVENT_TYPES: EventType[] = [
  "training.succeeded",
  "training.failed",
  "training.cancelled",
  "training.paused",
  "training.needs_attention",
  "model.created",
  "model.shared",
  "model.flagged",
  "dataset.shared",
  "dataset.deleted",
  "import.succeeded",
  "import.failed",
  "reimaging.succeeded",
  "reimaging.failed",
  "batch.completed",
  "evaluation.completed",
  "export.completed",
  "deletion.completed",
];

export function EndpointForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [events, setEvents] = useState<string[]>([]);
  const creation = api.useMutation("post", "/v1/webhook-endpoints", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/webhook-endpoints"] }),
  });
  if (creation.data?.secret) return <Secret secret={creation.data.secret} onDone={onDone} />;
  const refusal = creation.error ? asProblem(creation.error) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const chosen = EVENT_TYPES.filter((type) => events.includes(type));
    creation.mutate({
      body: { url, ...(description && { description }), event_types: chosen.length ? chosen : ["*"] },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={words.url}
          description={words.urlDetail}
          placeholder="https://example.org/hooks/maskeraid"
          required
          data-autofocus
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={refusal?.of("/url")}
        />
        <TextInput
          label={words.description}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={refusal?.of("/description")}
        />
        <MultiSelect
          label={words.events}
          description={words.eventsDetail}
          data={EVENT_TYPES}
          value={events}
          onChange={setEvents}
          searchable
          clearable
        />
        {refusal && <ProblemCard error={refusal} shownAtFields={["/url", "/description"]} />}
        <Button type="submit" loading={creation.isPending}>
          {words.create}
        </Button>
      </Stack>
    </form>
  );
}
