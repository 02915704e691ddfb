// The only way to show an error: title, detail, fields, request id, and Try again where that may help.
import { Alert, Button, Code, CopyButton, Group, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useContext } from "react";
import { asProblem, type Problem } from "../lib/problem";
import { texts } from "../texts";
import { SessionContext } from "./session";

interface ProblemCardProps {
  error: unknown;
  onRetry?: () => void;
  /** Pointers that are shown at their fields already, and so not here. */
  shownAtFields?: string[];
}

/** Under the frame somebody was signed in: there the API's words, which are for programs, would help nobody. */
function inWords(problem: Problem): Problem {
  if (problem.status === 401)
    return { ...problem, title: texts.frame.signedOut, detail: texts.frame.signedOutDetail };
  if (problem.code === "csrf_failed")
    return { ...problem, title: texts.frame.otherSession, detail: texts.frame.otherSessionDetail };
  return problem;
}

export function ProblemCard({ error, onRetry, shownAtFields = [] }: ProblemCardProps) {
  const isSignedIn = useContext(SessionContext) !== null;
  const { problem: told } = asProblem(error);
  const problem = isSignedIn ? inWords(told) : told;
  const fields = (problem.errors ?? []).filter(({ pointer }) => !shownAtFields.includes(pointer ?? ""));
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem.title}
      variant="light"
    >
      <Stack gap="xs">
        {problem.detail !== `${problem.title}.` && <Text fz="sm">{problem.detail}</Text>}
        {fields.length > 0 && (
          <List size="sm" spacing={4}>
            {fields.map(({ pointer, detail }) => (
              <List.Item key={`${pointer} ${detail}`}>
                {pointer && <Code>{pointer}</Code>} {detail}
              </List.Item>
            ))}
          </List>
        )}
        <Group gap="xs">
          {isSignedIn && problem.status === 401 && (
            <Button size="xs" component="a" href="/sign-in" target="_blank" rel="noopener noreferrer">
              {texts.frame.signInAgain}
            </Button>
          )}
          {onRetry && problem.retryable && (
            <Button size="xs" onClick={onRetry}>
              {texts.common.retry}
            </Button>
          )}
          <CopyButton value={JSON.stringify(problem, null, 2)}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? texts.common.copied : texts.common.copyProblem}
              </Button>
            )}
          </CopyButton>
          {problem.request_id && (
            <Text fz="xs" c="dimmed">
              {texts.common.requestId} <Code>{problem.request_id}</Code>
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
