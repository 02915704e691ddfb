// API keys: what each may do, when it was used, when it ends. A key's text is shown once, when it is made.
import { Alert, Badge, Button, Code, Group, Modal, Paper, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Answer } from "../../components/Answer";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay, useSession } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { useUrlWord } from "../../lib/urlState";
import { settings } from "../../texts/settings";
import { KeyForm } from "./KeyForm";

const words = settings.keys;

export function Keys() {
  const mayManage = useMay("admin");
  const [dialog, setDialog] = useUrlWord("dialog");
  const keys = api.useQuery(
    "get",
    "/v1/api-keys",
    { params: { query: { limit: 100 } } },
    { enabled: mayManage },
  );
  if (!mayManage) return <Alert color="gray">{words.needsAdmin}</Alert>;
  return (
    <Stack maw={860}>
      <Group justify="space-between">
        <Text c="dimmed">{words.detail}</Text>
        <Button onClick={() => setDialog("key")}>{words.create}</Button>
      </Group>
      <Answer query={keys}>
        {(list) => (
          <Stack gap="xs">
            {list.data.map((key) => (
              <KeyCard key={key.id} apiKey={key} />
            ))}
          </Stack>
        )}
      </Answer>
      <Modal opened={dialog === "key"} onClose={() => setDialog(null)} title={words.createTitle} size="lg">
        <KeyForm onDone={() => setDialog(null)} />
      </Modal>
    </Stack>
  );
}

function KeyCard({ apiKey }: { apiKey: Schemas["ApiKeyView"] }) {
  const queries = useQueryClient();
  const { key_id: ownId } = useSession();
  const revocation = api.useMutation("delete", "/v1/api-keys/{key_id}", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/api-keys"] }),
  });
  const scopes = apiKey.scopes.includes("admin") ? settings.scopes.admin : apiKey.scopes.join(", ");
  return (
    <Paper withBorder p="md" component="article" aria-label={apiKey.name}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={4} miw={0}>
          <Group gap="xs">
            <Text fw={600}>{apiKey.name}</Text>
            <Code>{apiKey.prefix}…</Code>
            {apiKey.id === ownId && (
              <Badge variant="light" tt="none">
                {words.own}
              </Badge>
            )}
            {apiKey.revoked_at && (
              <Badge color="gray" variant="light" tt="none">
                {words.revoked}
              </Badge>
            )}
          </Group>
          <Text fz="sm">{scopes}</Text>
          <Text fz="sm" c="dimmed">
            {words.lastUse} {apiKey.last_used_at ? <Moment at={apiKey.last_used_at} /> : words.never} ·{" "}
            {words.expires} <Moment at={apiKey.expires_at} />
          </Text>
        </Stack>
        {!apiKey.revoked_at && (
          <ConfirmButton
            size="xs"
            loses={words.revokeLoses}
            onConfirm={() => revocation.mutate({ params: { path: { key_id: apiKey.id } } })}
          >
            {words.revoke}
          </ConfirmButton>
        )}
      </Group>
      {revocation.error && <ProblemCard error={revocation.error} />}
    </Paper>
  );
}
