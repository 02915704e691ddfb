// The log: newest first, filtered by the address; one row opens in place.
import { Button, Group, Select, Stack } from "@mantine/core";
import { useSearchParams } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { MoreButton } from "../../components/MoreButton";
import { client, type Schemas } from "../../lib/api";
import { usePages } from "../../lib/pages";
import { useUrlWord } from "../../lib/urlState";
import { notifications } from "../../texts/notifications";
import { DeliveryCard } from "./DeliveryCard";

const words = notifications.deliveries;
const SINKS = ["email", "webhook"] as const;
const OUTCOMES = ["pending", "delivered", "given_up"] as const;
const PENDING_MS = 2_000;

export function Deliveries() {
  const [sink, setSink] = useUrlWord("sink");
  const [status, setStatus] = useUrlWord("status");
  const [, setSearch] = useSearchParams();
  const filter = {
    ...(SINKS.some((of) => of === sink) ? { sink: sink as (typeof SINKS)[number] } : {}),
    ...(OUTCOMES.some((of) => of === status) ? { status: status as (typeof OUTCOMES)[number] } : {}),
  };
  const deliveries = usePages<Schemas["DeliveryView"]>(
    ["get", "/v1/deliveries", filter],
    async (after) => {
      const query = { ...filter, limit: 30, ...(after ? { after } : {}) };
      const { data } = await client.GET("/v1/deliveries", { params: { query } });
      return data as Schemas["DeliveryList"];
    },
    (items) => (items.some((item) => item.status === "pending") ? PENDING_MS : false),
  );
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Stack>
      <Group gap="sm">
        <Select
          label={words.sink}
          data={[
            { value: "", label: words.anySink },
            ...SINKS.map((of) => ({ value: of, label: notifications.sinks[of] })),
          ]}
          value={filter.sink ?? ""}
          onChange={(chosen) => setSink(chosen)}
          allowDeselect={false}
        />
        <Select
          label={words.status}
          data={[
            { value: "", label: words.anyStatus },
            ...OUTCOMES.map((of) => ({ value: of, label: notifications.outcomes[of] })),
          ]}
          value={filter.status ?? ""}
          onChange={(chosen) => setStatus(chosen)}
          allowDeselect={false}
        />
      </Group>
      <Answer
        query={{ ...deliveries, data: deliveries.items }}
        isEmpty={(items) => !items.length}
        empty={
          <EmptyState
            title={isFiltered ? words.noMatch : words.empty}
            detail={isFiltered ? undefined : words.emptyDetail}
            action={
              <Button onClick={() => setSearch(isFiltered ? {} : { tab: "webhooks" })}>
                {isFiltered ? words.showAll : words.addEndpoint}
              </Button>
            }
          />
        }
      >
        {(items) => (
          <Stack gap="xs">
            {items.map((delivery) => (
              <DeliveryCard key={delivery.id} delivery={delivery} />
            ))}
          </Stack>
        )}
      </Answer>
      <MoreButton query={deliveries} />
    </Stack>
  );
}
