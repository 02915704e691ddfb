// One endpoint: where, for which events, whether it is enabled and if not why.
import { Alert, Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconPlugConnectedX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { api, type Schemas } from "../../lib/api";
import { notifications } from "../../texts/notifications";
import { Secret } from "./Secret";

const words = notifications.webhooks;

export function EndpointCard({ endpoint }: { endpoint: Schemas["WebhookEndpointView"] }) {
  const queries = useQueryClient();
  const renewed = {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/webhook-endpoints"] }),
  };
  const test = api.useMutation("post", "/v1/webhook-endpoints/{endpoint_id}/test");
  const rotation = api.useMutation("post", "/v1/webhook-endpoints/{endpoint_id}/rotate-secret", renewed);
  const change = api.useMutation("patch", "/v1/webhook-endpoints/{endpoint_id}", renewed);
  const removal = api.useMutation("delete", "/v1/webhook-endpoints/{endpoint_id}", renewed);
  const params = { path: { endpoint_id: endpoint.id } };
  const failure = test.error ?? rotation.error ?? change.error ?? removal.error;
  const Icon = endpoint.is_enabled ? IconCircleCheck : IconPlugConnectedX;
  const events = endpoint.event_types.includes("*") ? words.allEvents : endpoint.event_types.join(", ");
  return (
    <Paper withBorder p="md" component="article" aria-label={endpoint.url}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={2} miw={0}>
            <Text fw={600} style={{ overflowWrap: "anywhere" }}>
              {endpoint.url}
            </Text>
            <Text fz="sm" c="dimmed">
              {[endpoint.description, events].filter(Boolean).join(" · ")}
            </Text>
          </Stack>
          <Badge
            color={endpoint.is_enabled ? "green" : "red"}
            variant="light"
            tt="none"
            style={{ flexShrink: 0 }}
            leftSection={<Icon size={14} aria-hidden />}
          >
            {endpoint.is_enabled ? words.enabled : words.disabled}
          </Badge>
        </Group>
        {endpoint.disabled_reason && (
          <Text fz="sm">
            {words.why} {endpoint.disabled_reason}
          </Text>
        )}
        {endpoint.previous_secret_until && (
          <Text fz="sm">
            {words.oldSecretUntil} <Moment at={endpoint.previous_secret_until} />
          </Text>
        )}
        <Group gap="xs">
          <Button size="xs" loading={test.isPending} onClick={() => test.mutate({ params })}>
            {words.test}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate({ params, body: { is_enabled: !endpoint.is_enabled } })}
          >
            {endpoint.is_enabled ? words.disable : words.enable}
          </Button>
          <ConfirmButton
            size="xs"
            color="petrol"
            loses={words.rotateLoses}
            loading={rotation.isPending}
            onConfirm={() => rotation.mutate({ params })}
          >
            {words.rotate}
          </ConfirmButton>
          <ConfirmButton size="xs" loses={words.removeLoses} onConfirm={() => removal.mutate({ params })}>
            {words.remove}
          </ConfirmButton>
        </Group>
        {test.data && (
          <Alert color="petrol" variant="light" role="status">
            {words.tested}{" "}
            <Link to={`/notifications?sink=webhook&delivery=${test.data.id}`}>{words.seeDelivery}</Link>
          </Alert>
        )}
        {rotation.data?.secret && <Secret secret={rotation.data.secret} onDone={rotation.reset} />}
        {failure != null && <ProblemCard error={failure} />}
      </Stack>
    </Paper>
  );
}
