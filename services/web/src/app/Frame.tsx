// The frame around every screen: skip link, navigation, running jobs, tenant, colour scheme.
import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useDeferredValue, useEffect, useRef } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { Loading } from "../components/Loading";
import { ProblemCard } from "../components/ProblemCard";
import { SessionContext } from "../components/session";
import { api, keepCsrfToken } from "../lib/api";
import { asProblem } from "../lib/problem";
import { texts } from "../texts";
import { Navigation } from "./Navigation";
import { Brand, TopBar } from "./TopBar";
import { useLiveJobs } from "./useLiveJobs";

/** Who asks, and what for: the question that comes before every screen. */
export const session = api.queryOptions("get", "/v1/me", {}, { staleTime: 60_000 });

export function Frame() {
  const me = useQuery(session);
  const asking = useDeferredValue(me.data); // what an answer brings is drawn without keeping the page from answering
  const location = useLocation();
  useOneAccount(me.data?.tenant_id);
  if (asking) {
    keepCsrfToken(asking.session?.csrf_token ?? null);
    return (
      <SessionContext.Provider value={asking}>
        <Shell />
      </SessionContext.Provider>
    );
  }
  if (me.isPending || me.data) return <Loading label={texts.frame.opening} />;
  if (asProblem(me.error).problem.status === 401)
    return <Navigate to="/sign-in" replace state={{ from: location.pathname + location.search }} />;
  return <ProblemCard error={me.error} onRetry={() => me.refetch()} />;
}

/** Another tab may sign in to another account: nothing of the earlier one may stay in sight beside it. */
function useOneAccount(account: string | undefined): void {
  const first = useRef(account);
  useEffect(() => {
    first.current ??= account;
    if (account && account !== first.current) window.location.reload();
  }, [account]);
}

function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const isScreenDue = useDeferredValue(true, false); // the frame first, by itself: two short waits for one long
  useLiveJobs();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new screen closes the phone's menu
  useEffect(close, [pathname]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className="skip-link" href="#main">
        {texts.frame.skip}
      </a>
      <AppShell.Header className="no-print">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? texts.frame.closeMenu : texts.frame.openMenu}
              aria-expanded={opened}
            />
            <Brand />
          </Group>
          <TopBar />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="no-print" p="xs" aria-label={texts.frame.navigation}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Suspense fallback={<Loading label={texts.frame.opening} />}>
          {isScreenDue ? <Outlet /> : <Loading label={texts.frame.opening} />}
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}
