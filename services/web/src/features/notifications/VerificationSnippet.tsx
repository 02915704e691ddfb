// How a receiver checks that a message is ours, by the published library of Standard Webhooks.
import { Code, Stack, Title } from "@mantine/core";
import { notifications } from "../../texts/notifications";

const PYTHON = `# pip install standardwebhooks
from standardwebhooks import Webhook

def receive(body: str, headers: dict[str, str]) -> dict:
    return Webhook("whsec_…").verify(body, headers)  # raises when it is not from here`;

export function VerificationSnippet() {
  return (
    <Stack gap="xs" maw={760}>
      <Title order={2}>{notifications.webhooks.verify}</Title>
      <Code block tabIndex={0}>
        {PYTHON}
      </Code>
    </Stack>
  );
}
