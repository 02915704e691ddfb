// What was told to whom: the log of deliveries, webhook endpoints, and the address for e-mail.
import { Tabs } from "@mantine/core";
import { Page } from "../../components/Page";
import { useUrlChoice } from "../../lib/urlState";
import { notifications as words } from "../../texts/notifications";
import { Deliveries } from "./Deliveries";
import { EmailSettings } from "./EmailSettings";
import { Endpoints } from "./Endpoints";

const TABS = ["deliveries", "webhooks", "email"] as const;

export function Screen() {
  const [tab, setTab] = useUrlChoice("tab", TABS);
  return (
    <Page title={words.title} detail={words.detail}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="deliveries">{words.tabs.deliveries}</Tabs.Tab>
          <Tabs.Tab value="webhooks">{words.tabs.webhooks}</Tabs.Tab>
          <Tabs.Tab value="email">{words.tabs.email}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="deliveries">
          <Deliveries />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <Endpoints />
        </Tabs.Panel>
        <Tabs.Panel value="email">
          <EmailSettings />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
