// What the account asks of all that is done under its keys: read by all, decided by an administrator.
import { Alert, Button, Group, NumberInput, Paper, Select, Stack, Switch, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Answer } from "../../components/Answer";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { settings } from "../../texts/settings";
import { changesOf, draftOf } from "./policyDraft";

const words = settings.policy;
const SWITCHES = ["purpose_required", "forensic_illustration", "exact_places"] as const;
const DAYS = ["results_kept_days", "datasets_kept_days"] as const;
const VISIBILITIES = ["private", "shared", "public"] as const;
const FEWEST_DAYS = { results_kept_days: 0, datasets_kept_days: 1 };
const MOST_DAYS = 3650;

export function Policy() {
  const policy = api.useQuery("get", "/v1/policy");
  return <Answer query={policy}>{(found) => <PolicyForm policy={found} />}</Answer>;
}

function PolicyForm({ policy }: { policy: Schemas["PolicyView"] }) {
  const mayDecide = useMay("admin");
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(policy));
  const change = api.useMutation("patch", "/v1/policy", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/policy"] }),
  });
  const changes = changesOf(policy, draft);
  const refusal = change.error ? asProblem(change.error) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ body: changes });
  };
  return (
    <Stack maw={640}>
      <Text c="dimmed">{words.detail}</Text>
      {!mayDecide && <Alert color="gray">{words.needsAdmin}</Alert>}
      <Paper withBorder p="md" component="form" onSubmit={submit}>
        <Stack>
          {SWITCHES.map((name) => (
            <Switch
              key={name}
              label={words[name]}
              description={words.details[name]}
              checked={draft[name]}
              disabled={!mayDecide}
              onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.checked })}
            />
          ))}
          {DAYS.map((name) => (
            <NumberInput
              key={name}
              label={words[name]}
              description={words.details[name]}
              placeholder={words.asService}
              min={FEWEST_DAYS[name]}
              max={MOST_DAYS}
              allowDecimal={false}
              value={draft[name]}
              disabled={!mayDecide}
              error={refusal?.of(`/${name}`)}
              onChange={(value) => setDraft({ ...draft, [name]: value === "" ? "" : Number(value) })}
            />
          ))}
          <Select
            label={words.widest_visibility}
            description={words.details.widest_visibility}
            data={VISIBILITIES.map((value) => ({ value, label: words.visibilities[value] }))}
            value={draft.widest_visibility}
            disabled={!mayDecide}
            allowDeselect={false}
            onChange={(value) => value && setDraft({ ...draft, widest_visibility: value })}
          />
          <Group>
            <Button
              type="submit"
              loading={change.isPending}
              disabled={!mayDecide || !Object.keys(changes).length}
            >
              {words.save}
            </Button>
            {change.isSuccess && !Object.keys(changes).length && <Text role="status">{words.saved}</Text>}
          </Group>
        </Stack>
      </Paper>
      {refusal && <ProblemCard error={refusal} shownAtFields={DAYS.map((name) => `/${name}`)} />}
    </Stack>
  );
}
