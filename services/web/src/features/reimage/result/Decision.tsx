// Which model fills the face and why, how many answers there are, and another model instead.
import { Anchor, Badge, Box, Card, Group, Stack, Text } from "@mantine/core";
import { memo } from "react";
import { Link } from "react-router";
import { DecisionBars } from "../../../components/DecisionBars";
import { reimage as texts } from "../../../texts/reimage";
import { ModelSelect } from "../RunOptions";
import classes from "../reimage.module.css";
import { askedOf, type Options, type Reimaging } from "../reimaging";

interface DecisionProps {
  view: Reimaging;
  onOverride: (choice: Pick<Options, "model" | "selector">) => void;
  isBusy: boolean;
}

export const Decision = memo(function Decision({ view, onOverride, isBusy }: DecisionProps) {
  const { selection, combinations, engine, is_fallback } = view.result ?? {};
  const asked = askedOf(view);
  if (!selection) return null;
  return (
    <Card withBorder p="md" aria-busy={isBusy}>
      <div className={classes.decision}>
        <Stack gap={4} miw={0}>
          <Text fz="xs" c="dimmed">
            {texts.modelUsed}
          </Text>
          <Anchor
            component={Link}
            to={`/models/${selection.model_id}`}
            fw={650}
            fz="lg"
            style={{ overflowWrap: "anywhere" }}
          >
            {selection.model ?? selection.model_id}
          </Anchor>
          <Text fz="sm">{texts.combinations(combinations?.possible ?? null, combinations?.shown ?? 1)}</Text>
          <Group gap={6} mt={2}>
            <Badge variant="default" tt="none" fw={500}>
              {texts.version(selection.version)}
            </Badge>
            {engine && (
              <Badge variant="default" tt="none" fw={500} title={texts.engines[engine]}>
                {texts.engine(engine)}
              </Badge>
            )}
          </Group>
          {is_fallback && (
            <Text fz="xs" c="dimmed">
              {texts.fallback}
            </Text>
          )}
          <Box mt="xs" className="no-print">
            <ModelSelect
              label={texts.override}
              value={asked.model?.model_id ?? asked.selector}
              onChange={onOverride}
            />
          </Box>
        </Stack>
        <Box miw={0}>
          {selection.distribution.length > 0 ? (
            <DecisionBars models={selection.distribution} chosen={selection.model_id} />
          ) : (
            <Text c="dimmed" fz="sm">
              {texts.chosenByYou}
            </Text>
          )}
          {selection.reason && selection.distribution.length > 0 && (
            <Text fz="xs" c="dimmed" mt={4}>
              {texts.because(selection.reason)}
            </Text>
          )}
        </Box>
      </div>
    </Card>
  );
});
