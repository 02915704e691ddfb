// What its owner should know: verdicts on the learning in plain words, each its own; the rest in one place.
import { Alert, List } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { training as words } from "../../texts/training";
import type { Training } from "./useFollowed";

interface Said {
  code: string;
  detail: string;
}

export function Verdicts({ training }: { training: Training }) {
  const said = saidOf(training);
  const notes = said.filter(({ code }) => !(code in words.verdicts));
  return (
    <>
      {said.map(({ code, detail }) => {
        const title = words.verdicts[code];
        return title ? (
          <Alert
            key={code}
            color="yellow"
            variant="light"
            icon={<IconAlertTriangle aria-hidden />}
            title={title}
          >
            {detail}
          </Alert>
        ) : null;
      })}
      {notes.length > 0 && (
        <Alert color="blue" variant="light" icon={<IconInfoCircle aria-hidden />} title={words.notes}>
          {notes.length === 1 ? (
            notes[0]?.detail
          ) : (
            <List size="sm" spacing={4}>
              {notes.map(({ code, detail }) => (
                <List.Item key={`${code} ${detail}`}>{detail}</List.Item>
              ))}
            </List>
          )}
        </Alert>
      )}
    </>
  );
}

/** Warnings of the job, and those flags of its model that were not said while it ran. */
export function saidOf({ warnings, result }: Pick<Training, "warnings" | "result">): Said[] {
  const flags = Array.isArray(result?.flags) ? (result.flags as { code: string; message: string }[]) : [];
  const known = new Set(warnings.map(({ code }) => code));
  const more = flags.filter(({ code }) => !known.has(code));
  return [...warnings, ...more.map(({ code, message }) => ({ code, detail: message }))];
}
