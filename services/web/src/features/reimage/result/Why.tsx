// Why this model: which pixels drove the choice, what share each attribute has, and what the selector's network sees.
import { Box, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Answer } from "../../../components/Answer";
import type { Schemas } from "../../../lib/api";
import { percent } from "../../../lib/format";
import { own } from "../../../lib/own";
import { reimage as texts } from "../../../texts/reimage";
import { order, pictureOf } from "../picture";
import classes from "../reimage.module.css";
import { askedAgain, askedOf, type Reimaging } from "../reimaging";
import { Sized } from "./Sized";

type Explained = Schemas["ExplainedView"];

/** The run may have been explained already; else the choice alone is made once more, with its reasons. */
function useExplained(view: Reimaging) {
  return useQuery({
    queryKey: ["explained", view.id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async (): Promise<Explained | null> => {
      const told = view.result?.selection?.explained;
      if (told) return told;
      const options = askedAgain(view, { until: "selection", explain: true });
      const again = await order(await pictureOf(view), options, `why-${view.id}`);
      return again.result?.selection?.explained ?? null;
    },
  });
}

export function Why({ view }: { view: Reimaging }) {
  const query = useExplained(view);
  if (askedOf(view).model) return <Text c="dimmed">{texts.chosenByYou}</Text>;
  return (
    <Answer query={query} isEmpty={(told) => !told?.why} empty={<Text c="dimmed">{texts.noReasons}</Text>}>
      {(told) => <Reasons told={told ?? {}} />}
    </Answer>
  );
}

function Reasons({ told }: { told: Explained }) {
  const parts = Object.entries(told.parts ?? {}).toSorted(([, one], [, other]) => other - one);
  return (
    <Box className={classes.viewBox}>
      {told.why && <Sized src={told.why} alt={texts.whyAlt} />}
      <Stack gap="xs" mt="sm" className={classes.underPicture}>
        <Text fz="sm">{told.method === "occlusion" ? texts.byHiding : texts.byParts}</Text>
        {parts.map(([name, share]) => (
          <Group key={name} gap="sm" wrap="nowrap">
            <Text fz="sm" w={72}>
              {own(texts.parts, name) ?? name}
            </Text>
            <Progress value={100 * share} flex={1} aria-label={own(texts.parts, name) ?? name} />
            <Text fz="sm" w={52} ta="right" className={classes.tabular}>
              {percent(share)}
            </Text>
          </Group>
        ))}
        {(told.features ?? []).length > 0 && <Title order={3}>{texts.featureMaps}</Title>}
        {(told.features ?? []).map((src, place) => (
          <figure key={src} className={classes.figure}>
            <img className={classes.wide} src={src} alt={texts.featureAlt(place)} />
            <Text component="figcaption" fz="xs" c="dimmed">
              {texts.featureAlt(place)}
            </Text>
          </figure>
        ))}
      </Stack>
    </Box>
  );
}
