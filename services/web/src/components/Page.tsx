// A screen's title, its line of explanation, and its actions; sets the window's title.
import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface PageProps {
  title: string;
  detail?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, detail, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · MASKERAID`;
  }, [title]);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} maw={760} miw={0}>
          <Title order={1} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          {typeof detail === "string" ? <Text c="dimmed">{detail}</Text> : detail}
        </Stack>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
