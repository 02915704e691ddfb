// An action that destroys: names what is lost, and needs a second press.
import { Button, type ButtonProps, Group, Popover, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { texts } from "../texts";

interface ConfirmButtonProps extends ButtonProps {
  children: string;
  /** What is lost, and what is not: "Drops 41,000 steps. Stop keeps them as a model." */
  loses: string;
  onConfirm: () => void;
}

export function ConfirmButton({ children, loses, onConfirm, ...button }: ConfirmButtonProps) {
  const [asked, setAsked] = useState(false);
  return (
    <Popover opened={asked} onChange={setAsked} trapFocus returnFocus withArrow width={320} shadow="md">
      <Popover.Target>
        <Button color="red" variant="light" {...button} onClick={() => setAsked(!asked)}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={children}>
        <Stack gap="sm">
          <Text fz="sm">{loses}</Text>
          <Group gap="xs" justify="flex-end">
            <Button size="xs" variant="default" onClick={() => setAsked(false)}>
              {texts.common.keep}
            </Button>
            <Button
              size="xs"
              color="red.9"
              onClick={() => {
                setAsked(false);
                onConfirm();
              }}
            >
              {children}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
