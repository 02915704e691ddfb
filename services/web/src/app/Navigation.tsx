// The seven places, in the order of the work.
import { NavLink } from "@mantine/core";
import {
  IconBell,
  IconBriefcase,
  IconHome,
  IconMasksTheater,
  IconPhotoScan,
  IconSettings,
  IconStack2,
} from "@tabler/icons-react";
import { Link, useLocation } from "react-router";
import { texts } from "../texts";

const PLACES = [
  { to: "/", label: texts.places.home, icon: IconHome },
  { to: "/datasets", label: texts.places.datasets, icon: IconStack2 },
  { to: "/models", label: texts.places.models, icon: IconMasksTheater },
  { to: "/reimage", label: texts.places.reimage, icon: IconPhotoScan },
  { to: "/jobs", label: texts.places.jobs, icon: IconBriefcase },
  { to: "/notifications", label: texts.places.notifications, icon: IconBell },
  { to: "/settings", label: texts.places.settings, icon: IconSettings },
];

// A training lies under Models: it is where one comes from.
const isAt = (pathname: string, to: string): boolean =>
  to === "/"
    ? pathname === "/"
    : pathname.startsWith(to) || (to === "/models" && pathname.startsWith("/trainings"));

export function Navigation() {
  const { pathname } = useLocation();
  return PLACES.map(({ to, label, icon: Icon }) => (
    <NavLink
      key={to}
      component={Link}
      to={to}
      label={label}
      leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
      active={isAt(pathname, to)}
      aria-current={isAt(pathname, to) ? "page" : undefined}
      variant="light"
    />
  ));
}
