// Results that were made before, newest first; those that only looked for the covering or tried another K are left out.
import { Badge, Box, Button, Group, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Answer } from "../../../components/Answer";
import { EmptyState } from "../../../components/EmptyState";
import { Face } from "../../../components/Face";
import { JobStatus } from "../../../components/JobStatus";
import { Moment } from "../../../components/Moment";
import { client, type Schemas } from "../../../lib/api";
import { usePages } from "../../../lib/pages";
import { reimage as texts } from "../../../texts/reimage";
import classes from "../reimage.module.css";
import { askedOf, type Reimaging } from "../reimaging";
import { isWorthShowing, matches } from "./earlierList";

const AT_ONCE = 50;

export function Earlier() {
  const [words, setWords] = useState("");
  const pages = usePages(["get", "/v1/reimagings", "earlier"], async (after) => {
    const query = { limit: AT_ONCE, order: "desc" as const, ...(after ? { after } : {}) };
    const { data } = await client.GET("/v1/reimagings", { params: { query } });
    return data as Schemas["ReimagingList"];
  });
  const results = (pages.items ?? []).filter(isWorthShowing);
  const found = results.filter((view) => matches(view, words));
  return (
    <Answer
      query={{ ...pages, data: pages.items }}
      isEmpty={() => results.length === 0 && !pages.hasNextPage}
      empty={<EmptyState title={texts.noResults} detail={texts.noResultsDetail} />}
    >
      {() => (
        <Stack gap="xs">
          <TextInput
            size="xs"
            aria-label={texts.searchResults}
            placeholder={texts.searchResults}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          {found.map((view) => (
            <Row key={view.id} view={view} />
          ))}
          {found.length === 0 && (
            <Text fz="sm" c="dimmed">
              {texts.noneFound}
            </Text>
          )}
          {pages.hasNextPage && (
            <Button
              size="compact-xs"
              variant="subtle"
              loading={pages.isFetchingNextPage}
              onClick={() => pages.fetchNextPage()}
            >
              {texts.more}
            </Button>
          )}
        </Stack>
      )}
    </Answer>
  );
}

function Row({ view }: { view: Reimaging }) {
  const { reimagingId } = useParams();
  const navigate = useNavigate();
  const final = view.result?.steps?.final;
  const side = view.result?.faces[0]?.box[2] ?? 64;
  const model = view.result?.selection?.model;
  const { image_id } = askedOf(view);
  const name = image_id ? `${texts.image} ${Number(image_id.slice(-6))}` : (view.name ?? texts.image);
  return (
    <UnstyledButton
      className={classes.earlier}
      aria-current={reimagingId === view.id ? "page" : undefined}
      onClick={() => navigate(`/reimage/${view.id}?list=earlier`)}
    >
      <Group gap="sm" wrap="nowrap">
        <Box w={64} h={64} className={classes.earlierFace}>
          {final && <Face src={final} alt="" side={view.result?.photo ? 256 : side} size={64} />}
        </Box>
        <Stack gap={0} miw={0}>
          <Text fz="sm" fw={600} truncate>
            {name}
          </Text>
          {model && (
            <Text fz="xs" c="dimmed" truncate>
              {model}
            </Text>
          )}
          <Group gap={6}>
            <Text fz="xs" c="dimmed">
              <Moment at={view.created_at} />
            </Text>
            {view.rating && (
              <Badge size="xs" variant="default" tt="none">
                {view.rating.stars} / 5
              </Badge>
            )}
          </Group>
          {view.status !== "succeeded" && <JobStatus job={view} />}
        </Stack>
      </Group>
    </UnstyledButton>
  );
}
