// Which address shows which screen; each screen is fetched when it is first opened.
import type { QueryClient } from "@tanstack/react-query";
import { createBrowserRouter, type RouteObject } from "react-router";
import { Frame, session } from "./Frame";
import { Crash, NotFound, Opening } from "./Lost";
import { SignIn } from "./SignIn";

const screen = (path: string, load: () => Promise<{ Screen: React.ComponentType }>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).Screen }),
  ErrorBoundary: Crash,
});

const SCREENS: RouteObject[] = [
  screen("/", () => import("../features/home/Screen")),
  screen("/datasets", () => import("../features/datasets/Screen")),
  screen("/datasets/:datasetId", () => import("../features/dataset/Screen")),
  screen("/trainings/new", () => import("../features/new-training/Screen")),
  screen("/trainings/:trainingId", () => import("../features/training/Screen")),
  screen("/models", () => import("../features/models/Screen")),
  screen("/models/:modelId", () => import("../features/model/Screen")),
  screen("/reimage", () => import("../features/reimage/Screen")),
  screen("/reimage/:reimagingId", () => import("../features/reimage/Screen")),
  screen("/jobs", () => import("../features/jobs/Screen")),
  screen("/notifications", () => import("../features/notifications/Screen")),
  screen("/settings", () => import("../features/settings/Screen")),
  screen("/licences", () => import("../features/licences/Screen")),
  { path: "*", Component: NotFound },
];

export function makeRouter(queries: QueryClient) {
  // Who asks is read while the screen is fetched; what came of it, and whether it came, the frame finds out.
  const loader = (): null => {
    void queries.prefetchQuery(session);
    return null;
  };
  return createBrowserRouter([
    { path: "/sign-in", Component: SignIn, ErrorBoundary: Crash },
    {
      Component: Frame,
      loader,
      shouldRevalidate: () => false, // once: a change of the address is drawn at once, and waits for no loader
      ErrorBoundary: Crash,
      HydrateFallback: Opening,
      children: SCREENS,
    },
  ]);
}
