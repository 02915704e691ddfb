// All jobs of the tenant in one table; what moves is read anew, the filters are in the address.
import { Button, Group, Select, Switch } from "@mantine/core";
import { Link } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { MoreButton } from "../../components/MoreButton";
import { Page } from "../../components/Page";
import { client, type Schemas } from "../../lib/api";
import { isMoving, KINDS, STATUSES } from "../../lib/jobs";
import { usePages } from "../../lib/pages";
import { useUrlWord } from "../../lib/urlState";
import { kindWords, jobs as words } from "../../texts/jobs";
import { statusWords } from "../../texts/status";
import { JobTable } from "./JobTable";

const LIVE_MS = 2_000;
const QUIET_MS = 20_000;

export function Screen() {
  const [kind, setKind] = useUrlWord("kind");
  const [status, setStatus] = useUrlWord("status");
  const [estimates, setEstimates] = useUrlWord("estimates");
  const withDryRuns = estimates === "shown";
  const query = {
    kind: KINDS.find((known) => known === kind) ?? null,
    status: STATUSES.find((known) => known === status) ?? null,
    dry_run: withDryRuns ? null : false,
    limit: 50,
  };
  const jobs = usePages(
    ["get", "/v1/jobs", query],
    async (after) => {
      const chosen = Object.fromEntries(
        Object.entries({ ...query, after }).filter(([, value]) => value != null),
      );
      const { data } = await client.GET("/v1/jobs", { params: { query: chosen } });
      return data as Schemas["JobList"];
    },
    (items) => (items.some(isMoving) ? LIVE_MS : QUIET_MS),
  );
  const isFiltered = Boolean(query.kind ?? query.status);
  const showAll = (
    <Button component={Link} to={isFiltered ? "/jobs" : "/"}>
      {isFiltered ? words.showAll : words.emptyAction}
    </Button>
  );
  return (
    <Page title={words.title} detail={words.detail}>
      <Group gap="md" align="flex-end">
        <Select
          label={words.kind}
          data={[
            { value: "", label: words.anyKind },
            ...KINDS.map((of) => ({ value: of, label: kindWords[of] })),
          ]}
          value={query.kind ?? ""}
          onChange={(chosen) => setKind(chosen)}
          allowDeselect={false}
        />
        <Select
          label={words.status}
          data={[
            { value: "", label: words.anyStatus },
            ...STATUSES.map((of) => ({ value: of, label: statusWords[of] })),
          ]}
          value={query.status ?? ""}
          onChange={(chosen) => setStatus(chosen)}
          allowDeselect={false}
        />
        <Switch
          label={words.withDryRuns}
          description={words.withDryRunsHow}
          checked={withDryRuns}
          onChange={(event) => setEstimates(event.currentTarget.checked ? "shown" : null)}
        />
      </Group>
      <Answer
        query={{ ...jobs, data: jobs.items }}
        isEmpty={(items) => !items.length}
        empty={
          <EmptyState
            title={isFiltered ? words.noMatch : words.empty}
            detail={isFiltered ? words.noMatchDetail : words.emptyDetail}
            action={showAll}
          />
        }
      >
        {(items) => <JobTable jobs={items} />}
      </Answer>
      <MoreButton query={jobs} />
    </Page>
  );
}
