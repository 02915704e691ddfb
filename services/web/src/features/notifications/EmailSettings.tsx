// The address for notices, and what is mailed there unasked.
import { Alert, Badge, Button, Checkbox, Group, Paper, Stack, Text, TextInput } from "@mantine/core";
import { IconCircleCheck, IconClock } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay, useSession } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { notifications } from "../../texts/notifications";

const words = notifications.email;
type MailedEvent = NonNullable<Schemas["AccountChange"]["email_events"]>[number];
const EVENTS = Object.keys(words.events) as MailedEvent[];

export function EmailSettings() {
  const me = useSession();
  const mayChange = useMay("admin");
  const queries = useQueryClient();
  const [address, setAddress] = useState(me.email ?? "");
  const change = api.useMutation("patch", "/v1/me", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/me"] }),
  });
  const refusal = change.error ? asProblem(change.error) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ body: { email: address } });
  };
  const toggle = (event: MailedEvent, isWanted: boolean): void => {
    const others = EVENTS.filter((of) => of !== event && me.email_events.includes(of));
    change.mutate({ body: { email_events: isWanted ? [...others, event] : others } });
  };
  const Icon = me.is_email_verified ? IconCircleCheck : IconClock;
  return (
    <Stack maw={640}>
      {!mayChange && <Alert color="gray">{words.needsAdmin}</Alert>}
      <Paper withBorder p="md" component="form" onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            type="email"
            label={words.address}
            description={words.addressDetail}
            value={address}
            disabled={!mayChange}
            required
            onChange={(event) => setAddress(event.currentTarget.value)}
            error={refusal?.of("/email")}
          />
          <Group gap="sm">
            <Button type="submit" disabled={!mayChange || address === me.email} loading={change.isPending}>
              {words.save}
            </Button>
            {me.email && (
              <Badge
                color={me.is_email_verified ? "green" : "yellow"}
                variant="light"
                tt="none"
                leftSection={<Icon size={14} aria-hidden />}
              >
                {me.is_email_verified ? words.verified : words.unverified}
              </Badge>
            )}
          </Group>
          {me.pending_email && <Text role="status">{words.pending(me.pending_email)}</Text>}
        </Stack>
      </Paper>
      <Paper withBorder p="md">
        <Checkbox.Group label={words.unasked} description={words.always}>
          <Stack gap="xs" mt="sm">
            {EVENTS.map((event) => (
              <Checkbox
                key={event}
                label={words.events[event]}
                checked={me.email_events.includes(event)}
                disabled={!mayChange}
                onChange={(change) => toggle(event, change.currentTarget.checked)}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      </Paper>
      <Text fz="sm" c="dimmed">
        {words.outbox}
      </Text>
      {refusal && <ProblemCard error={refusal} shownAtFields={["/email"]} />}
    </Stack>
  );
}
