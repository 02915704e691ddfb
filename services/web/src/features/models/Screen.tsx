// All models that this account can use; up to four are chosen and compared, others ranked on a dataset.
import { Button, Group, SimpleGrid, Skeleton, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { MoreButton } from "../../components/MoreButton";
import { Page } from "../../components/Page";
import { client, type Schemas } from "../../lib/api";
import { usePages } from "../../lib/pages";
import { useUrlWord, useUrlWords } from "../../lib/urlState";
import { models as words } from "../../texts/models";
import { Compare } from "./Compare";
import { ModelCard } from "./ModelCard";
import { Ranking } from "./Ranking";

const MOST_COMPARED = 4;
const PAGE = 24;

export function Screen() {
  const [tab, setTab] = useUrlWord("tab", "all");
  const [view] = useUrlWord("view");
  const [chosen] = useUrlWords("compare");
  if (view === "compare" && chosen.length > 1) return <Compare modelIds={chosen.slice(0, MOST_COMPARED)} />;
  return (
    <Page
      title={words.title}
      detail={words.detail}
      actions={
        <Button component={Link} to="/trainings/new">
          {words.train}
        </Button>
      }
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="lg">
          {(["all", "own", "shared", "ranking"] as const).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tab === "ranking" ? <Ranking /> : <Gallery access={tab} />}
      </Tabs>
    </Page>
  );
}

function Gallery({ access }: { access: string }) {
  const [name, setName] = useUrlWord("q");
  const [typed, setTyped] = useState(name);
  const search = useDebouncedCallback((value: string) => setName(value, { replace: true }), 250);
  const query = {
    limit: PAGE,
    ...(name ? { q: name } : {}),
    ...(access === "own"
      ? { access: "owner" as const }
      : access === "shared"
        ? { access: "shared" as const }
        : {}),
  };
  const models = usePages<Schemas["ModelView"]>(["get", "/v1/models", query], async (after) => {
    const { data } = await client.GET("/v1/models", {
      params: { query: { ...query, ...(after ? { after } : {}) } },
    });
    return data as Schemas["ModelList"];
  });
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <TextInput
          label={words.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value);
          }}
          w={300}
        />
        <CompareButton />
      </Group>
      <Answer
        query={{ ...models, data: models.items }}
        isEmpty={(items) => !items.length}
        empty={<NoModels isFiltered={Boolean(name) || access !== "all"} />}
        skeleton={
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {["a", "b", "c"].map((key) => (
              <Skeleton key={key} h={260} />
            ))}
          </SimpleGrid>
        }
      >
        {(items) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {items.map((model) => (
              <ModelCard key={model.id} model={model} />
            ))}
          </SimpleGrid>
        )}
      </Answer>
      <MoreButton query={models} />
    </Stack>
  );
}

function NoModels({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyState
      title={isFiltered ? words.noMatch : words.empty}
      detail={isFiltered ? words.noMatchDetail : words.emptyDetail}
      action={
        <Button component={Link} to={isFiltered ? "/models" : "/trainings/new"}>
          {isFiltered ? words.showAll : words.train}
        </Button>
      }
    />
  );
}

function CompareButton() {
  const [chosen] = useUrlWords("compare");
  const [, setView] = useUrlWord("view");
  if (!chosen.length) return null;
  return (
    <Group gap="sm">
      {chosen.length === 1 && <Text fz="sm">{words.chooseMore}</Text>}
      {chosen.length >= MOST_COMPARED && <Text fz="sm">{words.mostCompared}</Text>}
      <Button variant="default" disabled={chosen.length < 2} onClick={() => setView("compare")}>
        {words.compare(chosen.length)}
      </Button>
    </Group>
  );
}
