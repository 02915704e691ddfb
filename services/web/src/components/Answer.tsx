// What every list and detail does while it waits, when it is refused, and when there is nothing.
import { Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { texts } from "../texts";
import { ProblemCard } from "./ProblemCard";

interface AnswerProps<Data> {
  /** A query of TanStack Query, or anything shaped like one. */
  query: { data: Data | undefined; error: unknown; refetch: () => unknown };
  children: (data: Data) => ReactNode;
  isEmpty?: (data: Data) => boolean;
  empty?: ReactNode;
  /** What is sketched while it loads; three bars by default. */
  skeleton?: ReactNode;
}

export function Answer<Data>({ query, children, isEmpty, empty, skeleton }: AnswerProps<Data>) {
  if (query.data !== undefined)
    return (
      <>
        {query.error ? <ProblemCard error={query.error} onRetry={() => query.refetch()} /> : null}
        {isEmpty?.(query.data) ? empty : children(query.data) /* what was read before stays in sight */}
      </>
    );
  if (query.error) return <ProblemCard error={query.error} onRetry={() => query.refetch()} />;
  return (
    <div role="status" aria-label={texts.common.loading}>
      {skeleton ?? (
        <Stack>
          <Skeleton h={56} />
          <Skeleton h={56} />
          <Skeleton h={56} />
        </Stack>
      )}
    </div>
  );
}
