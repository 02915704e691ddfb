// Events as lines that people read; progress and curves are shown elsewhere, and no lines.

import type { StreamEvent } from "../../lib/eventStream";
import { count } from "../../lib/format";
import { training as words } from "../../texts/training";

export type Level = "detail" | "milestone" | "warning";

export interface LogLine {
  id: string;
  at: string;
  level: Level;
  text: string;
}

export const MOST_LINES = 500; // an hour of events must not fill the memory

export function lineOf(event: StreamEvent): LogLine | null {
  const { data } = event;
  const told = sentenceOf(event.type, data);
  return told && { id: event.id, at: String(data.at ?? ""), level: told[0], text: told[1] };
}

/** The newest lines, oldest first; events that are there already come no second time. */
export function withEvents(lines: LogLine[], events: StreamEvent[]): LogLine[] {
  const last = Number(lines.at(-1)?.id ?? 0);
  const told = events
    .filter((event) => Number(event.id) > last)
    .map(lineOf)
    .filter((line) => line !== null);
  return told.length ? [...lines, ...told].slice(-MOST_LINES) : lines;
}

function sentenceOf(type: string, data: Record<string, unknown>): [Level, string] | null {
  const { eventWords } = words;
  const step = count(Number(data.step ?? 0));
  switch (type) {
    case "job.status":
      return [data.status === "failed" ? "warning" : "milestone", statusSentence(data)];
    case "job.phase":
      return ["milestone", phaseWord(String(data.phase))];
    case "job.checkpoint":
      return ["detail", eventWords.checkpoint(step)];
    case "job.sample":
      return ["detail", data.name === "probe.png" ? eventWords.probe(step) : eventWords.samples(step)];
    case "job.warning":
      return ["warning", String(data.detail ?? data.code)];
    case "job.log":
      return ["detail", String(data.detail ?? data.line ?? "")];
    default:
      return null;
  }
}

function statusSentence(data: Record<string, unknown>): string {
  const { eventWords } = words;
  if (data.status === "running") return eventWords.running(String(data.attempt ?? 1));
  const word = eventWords[data.status as "queued" | "paused" | "succeeded" | "failed" | "cancelled"];
  return word ?? String(data.status);
}

/** A phase in words; the list is open, so an unknown one is shown as it is. */
export function phaseWord(phase: string): string {
  return words.phases[phase] ?? phase.replaceAll("_", " ");
}
