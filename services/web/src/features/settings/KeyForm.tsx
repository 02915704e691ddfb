// A new key: its name, what it may, how long.
import { Button, Checkbox, NumberInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { ShownOnce } from "../../components/ShownOnce";
import { api, type Schemas } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { settings } from "../../texts/settings";

const words = settings.keys;
const SCOPES = Object.keys(settings.scopes) as Schemas["Scope"][];
const FIELDS = ["/name", "/scopes", "/days"];
const DAYS = 90;

export function KeyForm({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["reimagings:read", "reimagings:write"]);
  const [days, setDays] = useState<string | number>(DAYS);
  const creation = api.useMutation("post", "/v1/api-keys", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/api-keys"] }),
  });
  if (creation.data?.key)
    return (
      <ShownOnce
        title={words.made}
        detail={words.madeDetail}
        secret={creation.data.key}
        testId="api-key"
        onDone={onDone}
      />
    );
  const refusal = creation.error ? asProblem(creation.error) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    creation.mutate({
      body: { name, scopes: SCOPES.filter((scope) => scopes.includes(scope)), days: Number(days) || null },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={words.name}
          description={words.nameDetail}
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal?.of("/name")}
        />
        <Checkbox.Group
          label={words.scopes}
          value={scopes}
          onChange={setScopes}
          error={refusal?.of("/scopes")}
        >
          <Stack gap="xs" mt="xs">
            {SCOPES.map((scope) => (
              <Checkbox key={scope} value={scope} label={`${settings.scopes[scope]} (${scope})`} />
            ))}
          </Stack>
        </Checkbox.Group>
        <NumberInput
          label={words.days}
          min={1}
          max={365}
          value={days}
          onChange={setDays}
          error={refusal?.of("/days")}
        />
        {refusal && <ProblemCard error={refusal} shownAtFields={FIELDS} />}
        <Button type="submit" loading={creation.isPending} disabled={!scopes.length}>
          {words.create}
        </Button>
      </Stack>
    </form>
  );
}
