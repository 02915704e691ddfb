// The datasets that one may read, as cards; what one does with them opens in dialogs named by the address.
import { Button, Group, Select, SimpleGrid, Skeleton, Tabs, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconStack2, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { Page } from "../../components/Page";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { useUrlWord, useUrlWords } from "../../lib/urlState";
import { texts as shared } from "../../texts";
import { datasets as texts } from "../../texts/datasets";
import { DatasetCard } from "./DatasetCard";
import { Dialogs } from "./Dialogs";

const SHELVES = ["own", "shared", "public"] as const;
type Shelf = (typeof SHELVES)[number];
type Role = Schemas["Role"];

const PAGE = 24; // fills rows of two, three, and four
const SEARCHED_AFTER_MS = 250;

export function Screen() {
  const [picked, setPicked] = useUrlWords("pick");
  const [, setImport] = useUrlWord("import");
  const [, setMerge] = useUrlWord("merge");
  const mayChange = useMay("datasets:write");
  return (
    <Page
      title={texts.title}
      detail={texts.detail}
      actions={
        mayChange && (
          <>
            {picked.length > 0 && (
              <>
                <Button variant="subtle" onClick={() => setPicked([])}>
                  {texts.unselect}
                </Button>
                <Button variant="default" disabled={picked.length < 2} onClick={() => setMerge("1")}>
                  {texts.merge(picked.length)}
                </Button>
              </>
            )}
            <Button leftSection={<IconUpload size={17} aria-hidden />} onClick={() => setImport("1")}>
              {texts.import}
            </Button>
          </>
        )
      }
    >
      <Shelves picked={picked} onPick={setPicked} />
      <Dialogs />
    </Page>
  );
}

function Shelves({ picked, onPick }: { picked: string[]; onPick: (ids: string[]) => void }) {
  const [tab, setTab] = useUrlWord("tab", "own");
  const shelf: Shelf = SHELVES.find((one) => one === tab) ?? "own";
  const [q] = useUrlWord("q");
  const [role] = useUrlWord("role");
  const [where] = useUrlWords("where");
  const list = api.useInfiniteQuery(
    "get",
    "/v1/datasets",
    {
      params: {
        query: {
          visibility: shelf,
          limit: PAGE,
          where,
          ...(q ? { q } : {}),
          ...(role === "train" || role === "test" ? { role: role as Role } : {}),
        },
      },
    },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: (page) => (page.has_more ? page.last_id : undefined),
      placeholderData: (before) => before,
    },
  );
  const found = list.data?.pages.flatMap((page) => page.data) ?? [];
  const isSearch = Boolean(q || role || where.length);
  const pick = (id: string, isPicked: boolean): void =>
    onPick(isPicked ? [...picked, id] : picked.filter((one) => one !== id));
  return (
    <Tabs value={shelf} onChange={(value) => setTab(value)} keepMounted={false}>
      <Tabs.List mb="md">
        {SHELVES.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {texts.shelves[one]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={shelf}>
        <Filters known={found} />
        <Answer
          query={{
            data: list.data && found,
            error: list.error as unknown,
            refetch: list.refetch,
          }}
          isEmpty={(data) => data.length === 0 && !list.hasNextPage}
          empty={<Nothing shelf={shelf} isSearch={isSearch} />}
          skeleton={
            <Cards>
              {[1, 2, 3].map((one) => (
                <Skeleton key={one} h={248} />
              ))}
            </Cards>
          }
        >
          {(data) => (
            <Cards>
              {data.map((dataset) => (
                <DatasetCard
                  key={dataset.id}
                  dataset={dataset}
                  isPicked={picked.includes(dataset.id)}
                  onPick={(isPicked) => pick(dataset.id, isPicked)}
                />
              ))}
            </Cards>
          )}
        </Answer>
        {list.hasNextPage && (
          <Group justify="center" mt="lg">
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
              {shared.common.more}
            </Button>
          </Group>
        )}
      </Tabs.Panel>
    </Tabs>
  );
}

function Cards({ children }: { children: React.ReactNode }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 4 }} spacing="md">
      {children}
    </SimpleGrid>
  );
}

/** Name, values of attributes, role. Values of the datasets that are shown are proposed. */
function Filters({ known }: { known: Schemas["DatasetView"][] }) {
  const [q, setQ] = useUrlWord("q");
  const [typed, setTyped] = useState(q);
  const [role, setRole] = useUrlWord("role");
  const [where, setWhere] = useUrlWords("where");
  const search = useDebouncedCallback(
    (value: string) => setQ(value || null, { replace: true }),
    SEARCHED_AFTER_MS,
  );
  const proposed = known.flatMap((dataset) =>
    Object.entries(dataset.attributes).flatMap(([name, { values }]) =>
      (values ?? []).map((value) => `${name}:${value}`),
    ),
  );
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <TextInput
        label={texts.search}
        type="search"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          search(currentTarget.value);
        }}
        flex="1 1 200px"
      />
      <TagsInput
        label={texts.where}
        placeholder={where.length ? undefined : texts.whereHint}
        data={[...new Set(proposed)].sort()}
        value={where}
        onChange={(values) => setWhere(values.filter((value) => /^[^:]+:/.test(value)))}
        limit={20}
        flex="2 1 260px"
      />
      <Select
        label={texts.role}
        data={[
          { value: "", label: texts.anyRole },
          { value: "train", label: texts.roles.train },
          { value: "test", label: texts.roles.test },
        ]}
        value={role}
        onChange={(value) => setRole(value)}
        allowDeselect={false}
        flex="0 1 150px"
      />
    </Group>
  );
}

function Nothing({ shelf, isSearch }: { shelf: Shelf; isSearch: boolean }) {
  const [, setSearch] = useSearchParams();
  const mayChange = useMay("datasets:write");
  const said = isSearch ? "found" : shelf;
  const action = isSearch ? (
    <Button variant="default" onClick={() => setSearch({ tab: shelf })}>
      {texts.clear}
    </Button>
  ) : (
    shelf === "own" && mayChange && <Button onClick={() => setSearch({ import: "1" })}>{texts.import}</Button>
  );
  return (
    <EmptyState
      icon={<IconStack2 size={40} stroke={1.2} aria-hidden />}
      title={texts.empty[said]}
      detail={texts.emptyDetail[said]}
      action={action || undefined}
    />
  );
}
