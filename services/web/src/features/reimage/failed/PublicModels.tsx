// For who has no model yet: those that others have made public, as the demo's, each to be used for this face at once.
import { Button, Group, Stack, Title } from "@mantine/core";
import { api } from "../../../lib/api";
import { reimage as texts } from "../../../texts/reimage";
import type { OrderAgain } from "../useOrder";

const MOST = 6;

export function PublicModels({ ordering }: { ordering: OrderAgain }) {
  const models = api.useQuery("get", "/v1/models", { params: { query: { access: "shared", limit: MOST } } });
  if (!models.data?.data.length) return null;
  return (
    <Stack gap="xs">
      <Title order={3}>{texts.publicModels}</Title>
      <Group gap="xs">
        {models.data.data.map((model) => (
          <Button
            key={model.id}
            variant="default"
            loading={ordering.isPending}
            onClick={() =>
              ordering.again({ model: { model_id: model.id, version: "latest" }, until: "final" })
            }
          >
            {texts.withModel(model.name)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
