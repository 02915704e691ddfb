// Wanted attributes that no fitting face has: what is to be had instead, to be chosen at once.
import { Button, Group, Stack, Text } from "@mantine/core";
import { reimage as texts } from "../../../texts/reimage";
import type { OrderAgain } from "../useOrder";

interface ReachableProps {
  reachable: [attribute: string, values: string[]][];
  wanted: Record<string, string>;
  ordering: OrderAgain;
}

export function Reachable({ reachable, wanted, ordering }: ReachableProps) {
  return (
    <Stack gap="sm">
      {reachable.map(([name, values]) => (
        <Group key={name} gap="xs">
          <Text fz="sm" fw={500}>
            {name.replaceAll("_", " ")}
          </Text>
          {values.map((value) => (
            <Button
              key={value}
              size="xs"
              variant="default"
              loading={ordering.isPending}
              aria-label={texts.takeInstead(name.replaceAll("_", " "), value)}
              onClick={() => ordering.again({ attributes: { ...wanted, [name]: value } })}
            >
              {value}
            </Button>
          ))}
        </Group>
      ))}
    </Stack>
  );
}
