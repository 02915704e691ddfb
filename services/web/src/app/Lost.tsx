// Addresses without a screen, screens that broke, and those that are not here yet.
import { Button, Stack } from "@mantine/core";
import { Link, useRouteError } from "react-router";
import { EmptyState } from "../components/EmptyState";
import { Loading } from "../components/Loading";
import { ProblemCard } from "../components/ProblemCard";
import { texts } from "../texts";

export function NotFound() {
  return (
    <EmptyState
      heading
      title={texts.frame.noSuchPage}
      detail={texts.frame.noSuchPageDetail}
      action={
        <Button component={Link} to="/">
          {texts.frame.toHome}
        </Button>
      }
    />
  );
}

export function Crash() {
  const error = useRouteError();
  return (
    <Stack p="lg" maw={720}>
      <ProblemCard error={error} onRetry={() => window.location.reload()} />
    </Stack>
  );
}

export function Opening() {
  return <Loading label={texts.frame.opening} />;
}
