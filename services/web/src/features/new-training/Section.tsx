// One part of the form: its heading, its fields.
import { Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface SectionFrameProps {
  title: string;
  detail?: string;
  children: ReactNode;
}

export function Section({ title, detail, children }: SectionFrameProps) {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Stack gap="md">
        <Stack gap={2}>
          <Title order={2}>{title}</Title>
          {detail && (
            <Text fz="sm" c="dimmed">
              {detail}
            </Text>
          )}
        </Stack>
        {children}
      </Stack>
    </Paper>
  );
}
