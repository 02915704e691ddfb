// Nothing chosen yet: where a picture may come from, and what will happen.
import { Group, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconPhotoScan } from "@tabler/icons-react";
import { Statement } from "../../../components/Statement";
import { reimage as texts } from "../../../texts/reimage";
import { UploadButton } from "./UploadButton";

export function Welcome() {
  return (
    <Paper withBorder p={{ base: "lg", sm: 48 }} style={{ borderStyle: "dashed" }}>
      <Stack align="center" gap="md">
        <ThemeIcon size={64} radius="xl" variant="light" aria-hidden>
          <IconPhotoScan size={34} stroke={1.4} />
        </ThemeIcon>
        <Title order={2} ta="center">
          {texts.welcome}
        </Title>
        <Text c="dimmed" ta="center" maw={460}>
          {texts.welcomeDetail}
        </Text>
        <Group justify="center">
          <UploadButton size="md" />
        </Group>
        <Statement c="dimmed" ta="center" mt="md" />
      </Stack>
    </Paper>
  );
}
