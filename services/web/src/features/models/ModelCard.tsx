// One model: what it draws, what it is sure to draw, from whom it is. The box chooses it for comparing.
import { Anchor, Badge, Card, Checkbox, Group, Stack, Text, Title } from "@mantine/core";
import { IconFlag, IconStar } from "@tabler/icons-react";
import { Link } from "react-router";
import { Guarantees } from "../../components/Guarantees";
import { SampleStrip } from "../../components/SampleStrip";
import { api, type Schemas } from "../../lib/api";
import { guaranteesOf } from "../../lib/card";
import { count, decimals } from "../../lib/format";
import { useUrlWords } from "../../lib/urlState";
import { models as words } from "../../texts/models";

const MOST_COMPARED = 4;

export function ModelCard({ model }: { model: Schemas["ModelView"] }) {
  const latest = api.useQuery(
    "get",
    "/v1/models/{model_id}/versions/{version}",
    { params: { path: { model_id: model.id, version: "latest" } } },
    { staleTime: 60_000 },
  );
  const facts = [
    model.architecture,
    model.resolution && words.resolution(model.resolution),
    model.kind && words.kinds[model.kind],
    latest.data?.combinations && words.combinations(count(latest.data.combinations)),
  ];
  return (
    <Card withBorder padding="md" component="article" aria-label={model.name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Stack gap={0} miw={0}>
            <Title order={2} style={{ overflowWrap: "anywhere" }}>
              <Anchor component={Link} to={`/models/${model.id}`} inherit>
                {model.name}
              </Anchor>
            </Title>
            <Text fz="sm" c="dimmed">
              {facts.filter(Boolean).join(" · ")}
            </Text>
          </Stack>
          <CompareBox model={model} />
        </Group>
        <SampleStrip modelId={model.id} name={model.name} />
        {latest.data && <Guarantees guarantees={guaranteesOf(latest.data)} most={3} />}
        <Group gap={6} mt="auto">
          <Badge variant="default" tt="none" fw={500}>
            {words.visibility[model.visibility]}
          </Badge>
          {model.access === "shared" && (
            <Badge variant="default" tt="none" fw={500}>
              {words.from} {model.owner}
            </Badge>
          )}
          {Object.entries(model.aliases).map(([alias, version]) => (
            <Badge key={alias} variant="light" tt="none" fw={500}>
              {alias} {version}
            </Badge>
          ))}
          {model.flags.length > 0 && (
            <Badge color="red" variant="light" tt="none" leftSection={<IconFlag size={12} aria-hidden />}>
              {words.flagged}
            </Badge>
          )}
          <Text fz="sm" c="dimmed" ml="auto">
            <IconStar size={13} aria-hidden />{" "}
            {model.rating_mean === null
              ? words.unrated
              : words.rating(decimals(model.rating_mean, 1), model.rating_count)}
          </Text>
        </Group>
      </Stack>
    </Card>
  );
}

function CompareBox({ model }: { model: Schemas["ModelView"] }) {
  const [chosen, setChosen] = useUrlWords("compare");
  const isChosen = chosen.includes(model.id);
  return (
    <Checkbox
      aria-label={words.chooseForCompare(model.name)}
      size="md"
      checked={isChosen}
      disabled={!isChosen && chosen.length >= MOST_COMPARED}
      onChange={() => setChosen(isChosen ? chosen.filter((id) => id !== model.id) : [...chosen, model.id])}
    />
  );
}
