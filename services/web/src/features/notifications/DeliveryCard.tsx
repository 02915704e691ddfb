// One delivery: what, to whom, with what outcome; opened, the message itself and each attempt.
import { Badge, Button, Code, Collapse, Group, Paper, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconClock, IconMail, IconWebhook } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { absoluteTime, duration } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { notifications } from "../../texts/notifications";

type Delivery = Schemas["DeliveryView"];
const words = notifications.deliveries;

const OUTCOMES = {
  pending: { color: "gray", icon: IconClock },
  delivered: { color: "green", icon: IconCircleCheck },
  given_up: { color: "red", icon: IconAlertTriangle },
};

/** "Training succeeded: faces-light" of `training.succeeded` and what it says of its subject. */
function titleOf(delivery: Delivery): string {
  const words = delivery.event.replaceAll(/[._]/g, " ");
  const name = typeof delivery.data.name === "string" ? `: ${delivery.data.name}` : "";
  return words.charAt(0).toUpperCase() + words.slice(1) + name;
}

/** Where a message went: a webhook's is known by its endpoint, as long as that is there. */
function useTarget({ kind, target }: Delivery["sink"]): string {
  const endpoints = api.useQuery(
    "get",
    "/v1/webhook-endpoints",
    { params: { query: { limit: 100 } } },
    { enabled: kind === "webhook", retry: false },
  );
  return endpoints.data?.data.find(({ id }) => id === target)?.url ?? target;
}

export function DeliveryCard({ delivery }: { delivery: Delivery }) {
  const target = useTarget(delivery.sink);
  const [opened, setOpened] = useUrlWord("delivery");
  const queries = useQueryClient();
  const redelivery = api.useMutation("post", "/v1/deliveries/{delivery_id}/redeliver", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/deliveries"] }),
  });
  const isOpen = opened === delivery.id;
  const SinkIcon = delivery.sink.kind === "email" ? IconMail : IconWebhook;
  const { color, icon: Icon } = OUTCOMES[delivery.status];
  const path = { params: { path: { delivery_id: delivery.id } } };
  return (
    <Paper withBorder p="sm" component="article" aria-label={`${titleOf(delivery)}, ${target}`}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <SinkIcon size={20} stroke={1.6} aria-label={notifications.sinks[delivery.sink.kind]} role="img" />
          <Stack gap={0} miw={0}>
            <Text fw={600} style={{ overflowWrap: "anywhere" }}>
              {titleOf(delivery)}
            </Text>
            <Text fz="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {target} · <Moment at={delivery.created_at} />
            </Text>
          </Stack>
        </Group>
        <Group gap="xs">
          <Badge color={color} variant="light" tt="none" leftSection={<Icon size={14} aria-hidden />}>
            {notifications.outcomes[delivery.status]}
          </Badge>
          <Button
            size="xs"
            variant="default"
            aria-expanded={isOpen}
            onClick={() => setOpened(isOpen ? null : delivery.id, { replace: true })}
          >
            {isOpen ? words.hide : words.details}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={redelivery.isPending}
            onClick={() => redelivery.mutate(path)}
          >
            {words.redeliver}
          </Button>
        </Group>
      </Group>
      {redelivery.isSuccess && (
        <Text role="status" fz="sm" mt="xs">
          {words.redelivered}
        </Text>
      )}
      {redelivery.error != null && <ProblemCard error={redelivery.error} />}
      <Collapse expanded={isOpen}>{isOpen && <Details delivery={delivery} />}</Collapse>
    </Paper>
  );
}

function Details({ delivery }: { delivery: Delivery }) {
  const isMail = delivery.sink.kind === "email";
  const text = isMail ? (delivery.message ?? "") : JSON.stringify(delivery.data, null, 2);
  return (
    <Stack gap="sm" mt="sm">
      <Text fz="sm" fw={600}>
        {isMail ? words.message : words.sent}
      </Text>
      <Code block tabIndex={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {text}
      </Code>
      {delivery.attempts.map((attempt) => (
        <Stack key={attempt.at} gap={2}>
          <Text fz="sm">
            {absoluteTime(attempt.at)} · {duration(attempt.duration_ms / 1000)} ·{" "}
            {attempt.error ?? attempt.status_code ?? notifications.outcomes[delivery.status]}
          </Text>
          {attempt.answer && (
            <Code block tabIndex={0}>
              {attempt.answer}
            </Code>
          )}
        </Stack>
      ))}
      {delivery.next_attempt_at && (
        <Text fz="sm">
          {words.next} <Moment at={delivery.next_attempt_at} />
        </Text>
      )}
    </Stack>
  );
}
