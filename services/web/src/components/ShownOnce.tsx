// A secret that the service shows this once: to be copied before it is closed.
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { texts } from "../texts";

interface ShownOnceProps {
  title: string;
  detail: string;
  secret: string;
  testId: string;
  onDone: () => void;
}

export function ShownOnce({ title, detail, secret, testId, onDone }: ShownOnceProps) {
  return (
    <Alert icon={<IconKey aria-hidden />} title={title} color="petrol" variant="light">
      <Stack gap="sm">
        <Text fz="sm">{detail}</Text>
        <Code
          block
          data-testid={testId}
          tabIndex={0}
          style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}
        >
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
