// Who hears of the end.
import { Switch } from "@mantine/core";
import { useSession } from "../../components/session";
import { api } from "../../lib/api";
import { plural } from "../../lib/format";
import { newTraining as words } from "../../texts/newTraining";
import { Section } from "./Section";
import type { SectionProps } from "./useOrder";

export function NoticeSection({ order, change }: SectionProps) {
  const { email, is_email_verified: isVerified } = useSession();
  const endpoints = api.useQuery("get", "/v1/webhook-endpoints", {});
  const many = endpoints.data?.data.length ?? 0;
  return (
    <Section title={words.notices}>
      <Switch
        label={words.email}
        description={email && isVerified ? words.emailTo(email) : words.emailMissing}
        checked={order.email}
        onChange={(event) => change({ email: event.currentTarget.checked })}
      />
      <Switch
        label={words.webhooks}
        description={many ? words.webhooksHow(plural(many, "endpoint")) : words.webhooksNone}
        checked={order.webhooks}
        onChange={(event) => change({ webhooks: event.currentTarget.checked })}
      />
    </Section>
  );
}
