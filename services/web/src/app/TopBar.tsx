// Brand on the left; running jobs, tenant, and colour scheme on the right.
import {
  ActionIcon,
  Anchor,
  Badge,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { useSession } from "../components/session";
import { api, keepCsrfToken } from "../lib/api";
import { plural } from "../lib/format";
import { asProblem } from "../lib/problem";
import { texts } from "../texts";

export function Brand() {
  return (
    <Anchor component={Link} to="/" underline="never" c="inherit" aria-label={texts.frame.toHome}>
      <Group gap={8} wrap="nowrap">
        <img src="/icon.svg" width={26} height={26} alt="" />
        <Text fw={750} fz="md" visibleFrom="xs" style={{ letterSpacing: "0.06em" }}>
          MASKERAID
        </Text>
      </Group>
    </Anchor>
  );
}

export function TopBar() {
  const session = useSession();
  return (
    <Group gap="sm" wrap="nowrap">
      <RunningJobs />
      <Text fz="sm" visibleFrom="sm" maw={180} truncate title={session.tenant_name}>
        {session.tenant_name}
      </Text>
      <SchemeSwitch />
      {session.session && <SignOut />}
    </Group>
  );
}

function RunningJobs() {
  const jobs = api.useQuery(
    "get",
    "/v1/jobs",
    { params: { query: { status: "running", dry_run: false, limit: 1, include: "total" } } },
    { refetchInterval: 15_000 },
  );
  const running = jobs.data?.total ?? 0;
  return (
    <Badge
      component={Link}
      to="/jobs?status=running"
      variant={running ? "filled" : "default"}
      tt="none"
      h={26}
      style={{ cursor: "pointer" }}
    >
      {plural(running, "job")} running
    </Badge>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  return (
    <ActionIcon
      variant="default"
      size="lg"
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
      aria-label={isDark ? texts.frame.toLight : texts.frame.toDark}
    >
      {isDark ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />}
    </ActionIcon>
  );
}

const hadEnded = (error: unknown): boolean => asProblem(error).problem.status === 401;

/** Nothing of the session stays in the page; where it cannot be ended, that is shown in place of the page. */
function SignOut() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = async (): Promise<void> => {
    keepCsrfToken(null);
    await navigate("/sign-in", { replace: true });
    queries.clear();
  };
  const signOut = api.useMutation("delete", "/v1/sign-in", {
    onSuccess: leave,
    onError: (error) => (hadEnded(error) ? leave() : undefined),
    throwOnError: (error) => !hadEnded(error),
  });
  return (
    <ActionIcon
      variant="default"
      size="lg"
      loading={signOut.isPending}
      onClick={() => signOut.mutate({})}
      aria-label={texts.frame.signOut}
      title={texts.frame.signOut}
    >
      <IconLogout size={18} stroke={1.6} />
    </ActionIcon>
  );
}
