// Who is signed in, for every screen under the frame.
import { createContext, useContext } from "react";
import type { Schemas } from "../lib/api";

export const SessionContext = createContext<Schemas["MeView"] | null>(null);

export function useSession(): Schemas["MeView"] {
  const session = useContext(SessionContext);
  if (!session) throw new Error("This part of the app is shown under the frame only.");
  return session;
}

/** Whether the key or session may do what needs `scope`; `admin` may everything. */
export function useMay(scope: Schemas["Scope"]): boolean {
  const { scopes } = useSession();
  return scopes.includes(scope) || scopes.includes("admin");
}
