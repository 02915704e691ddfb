// How it ended: the model, the error with the last lines of the log, or that it was dropped.
import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconCircleCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import { api } from "../../lib/api";
import { count, duration } from "../../lib/format";
import { training as words } from "../../texts/training";
import type { Training } from "./useFollowed";

export function Outcome({ training }: { training: Training }) {
  const { status, error, model, selector_id: selector } = training;
  if (status === "failed" && error) return <Failure error={error} />;
  if (status === "cancelled" && training.dry_run)
    return (
      <Alert color="gray" variant="light" icon={<IconBan aria-hidden />} title={words.estimateCancelled}>
        {words.estimateCancelledDetail}
      </Alert>
    );
  if (status === "cancelled")
    return (
      <Alert color="gray" variant="light" icon={<IconBan aria-hidden />} title={words.cancelledTitle}>
        {error?.code === "deadline_exceeded" ? words.deadline : words.cancelledDetail}
      </Alert>
    );
  if (training.estimate)
    return (
      <Alert color="green" variant="light" icon={<IconCircleCheck aria-hidden />}>
        {words.estimateSays(duration(training.estimate.seconds), count(training.estimate.steps))}
      </Alert>
    );
  if (status !== "succeeded" || !(model ?? selector)) return null;
  return (
    <Alert color="green" variant="light" icon={<IconCircleCheck aria-hidden />}>
      <Group justify="space-between" gap="xs">
        <Text fz="sm">{model ? words.made(model.version) : words.madeSelector}</Text>
        {selector && <SelectorLink selectorId={selector} />}
      </Group>
    </Alert>
  );
}

/** A selector is shown with each of the models that it chooses among. */
function SelectorLink({ selectorId }: { selectorId: string }) {
  const selector = api.useQuery("get", "/v1/selectors/{selector_id}", {
    params: { path: { selector_id: selectorId } },
  });
  const model = selector.data?.models[0];
  return model ? (
    <Button component={Link} to={`/models/${model.model_id}?tab=selector`} size="xs" variant="default">
      {words.toSelector}
    </Button>
  ) : null;
}

const MOST_LINES = 50;

function Failure({ error }: { error: NonNullable<Training["error"]> }) {
  const log = Array.isArray(error.log) ? error.log.map(String).slice(-MOST_LINES) : [];
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={words.failedTitle}
    >
      <Stack gap="xs">
        <Text fz="sm">
          {error.message} <Code>{error.code}</Code>
        </Text>
        {log.length > 0 && (
          <>
            <Text fz="sm" fw={600}>
              {words.lastLines}
            </Text>
            <Code block tabIndex={0} style={{ maxHeight: 260, overflow: "auto" }}>
              {log.join("\n")}
            </Code>
          </>
        )}
      </Stack>
    </Alert>
  );
}
