// The audit log: what was done under which key, and whether anybody has changed what it says.
import { Alert, Button, Code, Select, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { Moment } from "../../components/Moment";
import { MoreButton } from "../../components/MoreButton";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { api, client, type Schemas } from "../../lib/api";
import { usePages } from "../../lib/pages";
import { useUrlWord } from "../../lib/urlState";
import { audit as words } from "../../texts/audit";

const ACTIONS = Object.keys(words.actions) as Schemas["Action"][];
const PAGE = 50;

export function Audit() {
  const maySee = useMay("audit:read");
  return maySee ? <Log /> : <Alert color="gray">{words.needsScope}</Alert>;
}

function Log() {
  const [wanted, setWanted] = useUrlWord("action");
  const action = ACTIONS.find((known) => known === wanted) ?? null;
  const entries = usePages(["get", "/v1/audit", { action }], async (after) => {
    const query = { limit: PAGE, ...(action ? { action } : {}), ...(after ? { after } : {}) };
    const { data } = await client.GET("/v1/audit", { params: { query } });
    return data as NonNullable<typeof data>;
  });
  return (
    <Stack>
      <Text c="dimmed">{words.detail}</Text>
      <Verification />
      <Select
        label={words.action}
        w="fit-content"
        data={[
          { value: "", label: words.anyAction },
          ...ACTIONS.map((of) => ({ value: of, label: words.actions[of] })),
        ]}
        value={action ?? ""}
        onChange={(chosen) => setWanted(chosen)}
        allowDeselect={false}
      />
      <Answer
        query={{ ...entries, data: entries.items }}
        isEmpty={(items) => !items.length}
        empty={<EmptyState title={words.empty} detail={words.emptyDetail} />}
      >
        {(items) => <Entries entries={items} />}
      </Answer>
      <MoreButton query={entries} />
    </Stack>
  );
}

/** Asked for by its button alone: it walks the whole log. */
function Verification() {
  const { data, error, isFetching, refetch } = api.useQuery(
    "get",
    "/v1/audit/verification",
    {},
    { enabled: false },
  );
  const broken = data?.first_broken;
  return (
    <Stack gap="sm" align="flex-start">
      <Button variant="default" loading={isFetching} onClick={() => refetch()}>
        {words.verify}
      </Button>
      {error ? <ProblemCard error={error} onRetry={() => refetch()} /> : null}
      {data && (
        <Alert
          role="status"
          w="100%"
          color={broken ? "red" : "green"}
          icon={broken ? <IconAlertTriangle aria-hidden /> : <IconCircleCheck aria-hidden />}
          title={broken ? words.broken(broken.seq, broken.reason) : words.intact(data.entries)}
        >
          <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
            {broken ? words.brokenDetail(data.entries) : words.note}{" "}
            {!broken && <Code>{data.head_hash}</Code>}
          </Text>
        </Alert>
      )}
    </Stack>
  );
}

function Entries({ entries }: { entries: Schemas["AuditEntryView"][] }) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {words.columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td>{entry.seq}</Table.Td>
              <Table.Td>
                <Moment at={entry.at} />
              </Table.Td>
              <Table.Td>
                {entry.actor}
                <Text fz="xs" c="dimmed">
                  {entry.address_prefix}
                </Text>
              </Table.Td>
              <Table.Td>
                {words.actions[entry.action as Schemas["Action"]] ?? entry.action}
                {entry.outcome !== "done" && (
                  <Text fz="xs" fw={600}>
                    {entry.outcome.replaceAll("_", " ")}
                  </Text>
                )}
              </Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                {entry.object_id && <Code>{entry.object_id}</Code>}
                <Text fz="xs" c="dimmed">
                  {entry.detail}
                </Text>
              </Table.Td>
              <Table.Td>{entry.purpose}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
