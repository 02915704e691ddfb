// The key, once, and the four calls: each to copy by itself, or all as one command.
import { Anchor, Button, Code, CopyButton, Group, Modal, Paper, Stack, Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { ProblemCard } from "../../components/ProblemCard";
import { texts as common } from "../../texts";
import { apiPanel as texts } from "../../texts/home";
import { recipeFor } from "./recipe";

interface ApiPanelProps {
  opened: boolean;
  onClose: () => void;
  /** Null until one was made here: of earlier ones nobody knows the text. */
  apiKey: string | null;
  error: unknown;
  isMaking: boolean;
  /** Null for those who may not. */
  onMake: (() => void) | null;
}

export function ApiPanel({ opened, onClose, apiKey, error, isMaking, onMake }: ApiPanelProps) {
  const isNarrow = useMediaQuery("(max-width: 48em)");
  const recipe = recipeFor(window.location.origin, apiKey ?? texts.placeOfKey);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={820}
      fullScreen={isNarrow}
      title={
        <Title order={2} component="span">
          {texts.title}
        </Title>
      }
      closeButtonProps={{ "aria-label": common.common.close, size: "lg" }}
    >
      <Stack gap="lg">
        {error ? <ProblemCard error={error} {...(onMake ? { onRetry: onMake } : {})} /> : null}
        {apiKey ? (
          <NewKey text={apiKey} />
        ) : (
          onMake && (
            <Group gap="sm">
              <Button onClick={onMake} loading={isMaking}>
                {texts.makeKey}
              </Button>
              <Text fz="sm" c="dimmed">
                {texts.makeKeyDetail}
              </Text>
            </Group>
          )
        )}
        <Stack gap="xs">
          <Group justify="space-between" gap="xs">
            <Title order={3}>{texts.calls}</Title>
            <Copy value={recipe.whole} label={texts.copyAll} />
          </Group>
          <Text fz="sm" c="dimmed">
            {texts.callsHow}
          </Text>
        </Stack>
        <Snippet title={texts.once} text={recipe.once} />
        {recipe.calls.map(({ title, text }, index) => (
          <Snippet key={title} title={`${index + 1}. ${title}`} text={text} />
        ))}
        <Anchor href="/docs" fz="sm">
          {texts.reference}
        </Anchor>
      </Stack>
    </Modal>
  );
}

function NewKey({ text }: { text: string }) {
  return (
    <Paper withBorder p="md" role="status">
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text fw={600}>{texts.key}</Text>
          <Copy value={text} label={texts.copyKey} />
        </Group>
        <Code block fz="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text}
        </Code>
        <Text fz="sm" c="dimmed">
          {texts.shownOnce} {texts.makeKeyDetail}
        </Text>
      </Stack>
    </Paper>
  );
}

function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-end">
        <Text fz="sm" fw={600}>
          {title}
        </Text>
        <Copy value={text} label={common.common.copy} of={title} />
      </Group>
      <Code block tabIndex={0} style={{ overflowX: "auto" }}>
        {text}
      </Code>
    </Stack>
  );
}

function Copy({ value, label, of }: { value: string; label: string; of?: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          {...(of ? { "aria-label": `${label}: ${of}` } : {})}
          style={{ flexShrink: 0 }}
        >
          {copied ? common.common.copied : label}
        </Button>
      )}
    </CopyButton>
  );
}
