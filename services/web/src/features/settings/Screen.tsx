// What an account can set and see of itself.
import { Tabs } from "@mantine/core";
import { Page } from "../../components/Page";
import { useUrlChoice } from "../../lib/urlState";
import { settings as words } from "../../texts/settings";
import { About } from "./About";
import { Audit } from "./Audit";
import { Keys } from "./Keys";
import { Policy } from "./Policy";
import { Subjects } from "./Subjects";
import { Usage } from "./Usage";
import { Workers } from "./Workers";

const TABS = [
  { name: "keys", Panel: Keys },
  { name: "policy", Panel: Policy },
  { name: "audit", Panel: Audit },
  { name: "usage", Panel: Usage },
  { name: "subjects", Panel: Subjects },
  { name: "workers", Panel: Workers },
  { name: "about", Panel: About },
] as const;

export function Screen() {
  const [tab, setTab] = useUrlChoice(
    "tab",
    TABS.map(({ name }) => name),
  );
  return (
    <Page title={words.title} detail={words.detail}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="lg">
          {TABS.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ name, Panel }) => (
          <Tabs.Panel key={name} value={name}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
