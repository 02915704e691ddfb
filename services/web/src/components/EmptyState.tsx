// Nothing here yet: what would be, and the one action that brings it.
import { Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface EmptyStateProps {
  title: string;
  detail?: string;
  action?: ReactNode;
  icon?: ReactNode;
  /** True where it is the whole page, so that the page has its heading. */
  heading?: boolean;
}

export function EmptyState({ title, detail, action, icon, heading = false }: EmptyStateProps) {
  return (
    <Paper withBorder p="xl" style={{ borderStyle: "dashed" }}>
      <Stack align="center" gap="xs" py="lg">
        {icon}
        <Title order={heading ? 1 : 2} ta="center">
          {title}
        </Title>
        {detail && (
          <Text c="dimmed" ta="center" maw={520}>
            {detail}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
