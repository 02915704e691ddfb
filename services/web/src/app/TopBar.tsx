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
import { IconMoon, IconSun } from "@tabler/icons-react";
import { Link } from "react-router";
import { useSession } from "../components/session";
import { api } from "../lib/api";
import { plural } from "../lib/format";
import { texts } from "../texts";

export function Brand() {
  return (
    <Anchor component={Link} to="/" underline="never" c="inherit" aria-label={texts.frame.toHome}>
      <Group gap={8} wrap="nowrap">
        <img src="/icon.svg" width={26} height={26} alt="" />
        <Text fw={750} fz="md" style={{ letterSpacing: "0.06em" }}>
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
    </Group>
  );
}

function RunningJobs() {
  const jobs = api.useQuery(
    "get",
    "/v1/jobs",
    { params: { query: { status: "running", limit: 1, include: "total" } } },
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
