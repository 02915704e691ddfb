// The first thing anyone sees: three ways to begin, whether the service can work, and what was done last.
import { Group, SimpleGrid, Stack } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useDeferredValue } from "react";
import { Page } from "../../components/Page";
import { Statement } from "../../components/Statement";
import { home as texts } from "../../texts/home";
import { BringFaces } from "./BringFaces";
import { HealthStrip } from "./HealthStrip";
import { Latest } from "./Latest";
import { TryDemo } from "./TryDemo";
import { UseApi } from "./UseApi";

export function Screen() {
  const isRestDue = useDeferredValue(true, false); // below the ways, and after them: nothing moves when it comes
  return (
    <Stack gap="xl" maw={1180}>
      <Page title={texts.title} detail={texts.detail}>
        <Group gap={8} wrap="nowrap" align="flex-start">
          <IconInfoCircle size={18} stroke={1.6} aria-hidden />
          <Statement />
        </Group>
        <SimpleGrid cols={{ base: 1, md: 3 }} spacing="lg" role="group" aria-label={texts.ways}>
          <TryDemo />
          <BringFaces />
          <UseApi />
        </SimpleGrid>
        {isRestDue && (
          <>
            <HealthStrip />
            <Latest />
          </>
        )}
      </Page>
    </Stack>
  );
}
