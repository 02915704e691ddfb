// Not built yet.
import { Page } from "../../components/Page";

export function Screen() {
  return <Page title="settings">…</Page>;
}
