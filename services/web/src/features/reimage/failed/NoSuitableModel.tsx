// No model was made for such a face: which come nearest, what differs, what to collect, and using one all the same.
import { Button, Card, ColorSwatch, Group, List, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { fitWord } from "../../../components/DecisionBars";
import { decimals, percent } from "../../../lib/format";
import { own } from "../../../lib/own";
import { sentence } from "../../../lib/problem";
import { reimage as texts } from "../../../texts/reimage";
import type { OrderAgain } from "../useOrder";
import { type Facts, type Nearest, nearestOf, toCollectOf } from "./facts";
import { PublicModels } from "./PublicModels";

interface NoSuitableModelProps {
  facts: Facts;
  message: string;
  ordering: OrderAgain;
}

export function NoSuitableModel({ facts, message, ordering }: NoSuitableModelProps) {
  const nearest = nearestOf(facts);
  const collect = toCollectOf(facts);
  return (
    <Stack gap="md" role="alert">
      <Stack gap={4}>
        <Title order={2}>{texts.noModel}</Title>
        <Text>{sentence(message)}</Text>
        <Text c="dimmed" fz="sm">
          {texts.noModelDetail}
        </Text>
      </Stack>
      {nearest.length === 0 && <PublicModels ordering={ordering} />}
      {nearest.length > 0 && (
        <Stack gap="xs">
          <Title order={3}>{texts.nearest}</Title>
          {nearest.map((model) => (
            <NearModel key={model.model_id} model={model} ordering={ordering} />
          ))}
          <Text fz="xs" c="dimmed">
            {texts.overrideWarning}
          </Text>
        </Stack>
      )}
      {collect.length > 0 && (
        <Stack gap="xs">
          <Title order={3}>{texts.collect}</Title>
          <List spacing={6} size="sm" listStyleType="none">
            {collect.map(({ attribute, value, colour }) => (
              <List.Item
                key={attribute}
                icon={colour ? <ColorSwatch color={colour} size={18} aria-hidden /> : undefined}
              >
                {own(texts.parts, attribute) ?? attribute.replaceAll("_", " ")}
                {value && `: ${value}`}
                {colour && ` (${texts.about} ${colour})`}
              </List.Item>
            ))}
          </List>
          <Group gap="xs">
            <Button component={Link} to="/datasets" variant="default">
              {texts.toDatasets}
            </Button>
            <Button component={Link} to="/trainings/new" variant="default">
              {texts.train}
            </Button>
          </Group>
        </Stack>
      )}
      {nearest.length === 0 && collect.length === 0 && (
        <Group>
          <Button component={Link} to="/trainings/new">
            {texts.train}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface NearModelProps {
  model: Nearest;
  ordering: OrderAgain;
}

function NearModel({ model, ordering }: NearModelProps) {
  const differences = Object.entries(model.differs ?? {});
  return (
    <Card withBorder p="sm">
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Stack gap={2} miw={0}>
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {model.model}
          </Text>
          <Text fz="sm" c="dimmed">
            {[percent(model.probability), fitWord(model)].join(", ")}
          </Text>
          {differences.length > 0 && (
            <Text fz="sm" c="dimmed">
              {texts.differsBy}{" "}
              {differences
                .map(([name, by]) => `${(own(texts.parts, name) ?? name).toLowerCase()} ${decimals(by, 1)}`)
                .join(", ")}
            </Text>
          )}
        </Stack>
        <Button
          size="xs"
          variant="default"
          style={{ flexShrink: 0 }}
          loading={ordering.isPending}
          onClick={() =>
            ordering.again({ model: { model_id: model.model_id, version: model.version }, until: "final" })
          }
        >
          {texts.useAnyway}
        </Button>
      </Group>
    </Card>
  );
}
