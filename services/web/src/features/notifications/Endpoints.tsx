// Webhook endpoints: each with its state, test, rotation; and how a receiver checks a signature.
import { Button, Group, Modal, Stack } from "@mantine/core";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { api, type Schemas } from "../../lib/api";
import { useUrlWord } from "../../lib/urlState";
import { notifications } from "../../texts/notifications";
import { EndpointCard } from "./EndpointCard";
import { EndpointForm } from "./EndpointForm";
import { VerificationSnippet } from "./VerificationSnippet";

const words = notifications.webhooks;

export function Endpoints() {
  const [dialog, setDialog] = useUrlWord("dialog");
  const endpoints = api.useQuery("get", "/v1/webhook-endpoints", { params: { query: { limit: 100 } } });
  const add = <Button onClick={() => setDialog("endpoint")}>{words.add}</Button>;
  return (
    <Stack>
      <Answer
        query={endpoints}
        isEmpty={(list) => !list.data.length}
        empty={<EmptyState title={words.empty} detail={words.emptyDetail} action={add} />}
      >
        {(list: Schemas["WebhookEndpointList"]) => (
          <Stack gap="sm">
            <Group>{add}</Group>
            {list.data.map((endpoint) => (
              <EndpointCard key={endpoint.id} endpoint={endpoint} />
            ))}
          </Stack>
        )}
      </Answer>
      <VerificationSnippet />
      <Modal opened={dialog === "endpoint"} onClose={() => setDialog(null)} title={words.addTitle} size="lg">
        <EndpointForm onDone={() => setDialog(null)} />
      </Modal>
    </Stack>
  );
}
