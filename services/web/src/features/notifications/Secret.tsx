// A signing secret, shown this once.
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { texts } from "../../texts";
import { notifications } from "../../texts/notifications";

const words = notifications.webhooks;

export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <Alert icon={<IconKey aria-hidden />} title={words.secretTitle} color="petrol" variant="light">
      <Stack gap="sm">
        <Text fz="sm">{words.secretDetail}</Text>
        <Code block data-testid="secret" tabIndex={0}>
          {secret}
        </Code>
        <Group gap="xs">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button size="xs" onClick={copy}>
                {copied ? texts.common.copied : texts.common.copy}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" variant="default" onClick={onDone}>
            {texts.common.close}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
