// What this screen did, as a call: curl and the Python client, with the key replaced by a variable.
import { Button, Code, CopyButton, Group, Popover, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconApi } from "@tabler/icons-react";
import { useState } from "react";
import { type Call, curlOf } from "../lib/calls";
import { texts } from "../texts";

interface CopyAsCallProps {
  call: Call;
  /** The same by the Python client: statements that print or save what they get; `client` is made above them. */
  python: string;
}

export function CopyAsCall({ call, python }: CopyAsCallProps) {
  const [form, setForm] = useState("curl");
  const text =
    form === "curl"
      ? curlOf(call)
      : `from maskeraid import Client\n\nclient = Client(url="${window.location.origin}")\n${python}\n`;
  return (
    <Popover width={560} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconApi size={16} aria-hidden />}>
          {texts.common.copyCall}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="95vw" aria-label={texts.common.copyCall}>
        <Stack gap="xs">
          <Group justify="space-between">
            <SegmentedControl
              size="xs"
              data={[
                { value: "curl", label: "curl" },
                { value: "python", label: "Python" },
              ]}
              value={form}
              onChange={setForm}
            />
            <CopyButton value={text}>
              {({ copied, copy }) => (
                <Button size="xs" onClick={copy}>
                  {copied ? texts.common.copied : texts.common.copy}
                </Button>
              )}
            </CopyButton>
          </Group>
          <Code block data-testid="call-text" style={{ maxHeight: 320, overflow: "auto" }} tabIndex={0}>
            {text}
          </Code>
          <Text fz="xs" c="dimmed">
            {texts.common.copyCallHow}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
