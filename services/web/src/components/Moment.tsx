// A time as people say it, and exactly on hover, on focus, and to screen readers.
import { Text, Tooltip } from "@mantine/core";
import { useEffect, useReducer } from "react";
import { absoluteTime, relativeTime } from "../lib/format";

const RENEWED_EVERY_MS = 30_000;

export function Moment({ at }: { at: string }) {
  const [, renew] = useReducer((turns: number) => turns + 1, 0);
  useEffect(() => {
    const timer = setInterval(renew, RENEWED_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Tooltip label={absoluteTime(at)} events={{ hover: true, focus: true, touch: true }}>
      <Text component="time" inherit dateTime={at} tabIndex={0} title={absoluteTime(at)}>
        {relativeTime(at)}
      </Text>
    </Tooltip>
  );
}
