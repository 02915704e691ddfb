// Who may use the model. What the memorisation gate says stands above the button.
import { Alert, Button, Checkbox, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { api } from "../../lib/api";
import { cardOf } from "../../lib/card";
import { asProblem } from "../../lib/problem";
import { model as texts } from "../../texts/model";
import type { TabProps } from "./Screen";

const words = texts.share;
const CHOICES = ["private", "shared", "public"] as const;
const FIELDS = ["/shared_with", "/licence"];

export function ShareTab({ model, version }: TabProps) {
  const mayShare = useMay("models:share");
  const queries = useQueryClient();
  const [visibility, setVisibility] = useState<string>(model.visibility);
  const [tenants, setTenants] = useState(model.shared_with.join("\n"));
  const [licence, setLicence] = useState(model.licence ?? "");
  const [download, setDownload] = useState(model.download);
  const change = api.useMutation("patch", "/v1/models/{model_id}", {
    onSuccess: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/v1/models"),
      }),
  });
  const refusal = change.error ? asProblem(change.error) : null;
  if (model.access !== "owner") return <Alert color="gray">{words.readOnly}</Alert>;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const chosen = CHOICES.find((of) => of === visibility) ?? "private";
    change.mutate({
      params: { path: { model_id: model.id } },
      body: {
        visibility: chosen,
        shared_with: chosen === "shared" ? tenants.split(/[\s,]+/).filter(Boolean) : [],
        licence: licence || null,
        download,
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={640}>
        <Text c="dimmed">{words.detail}</Text>
        <Gate version={version} />
        <Radio.Group label={words.visibility} value={visibility} onChange={setVisibility}>
          <Stack gap="xs" mt="xs">
            {CHOICES.map((of) => (
              <Radio key={of} value={of} label={words[of]} disabled={!mayShare} />
            ))}
          </Stack>
        </Radio.Group>
        {visibility === "shared" && (
          <Textarea
            label={words.with}
            description={words.withDetail}
            autosize
            minRows={2}
            value={tenants}
            onChange={(event) => setTenants(event.currentTarget.value)}
            error={refusal?.of("/shared_with")}
          />
        )}
        {visibility !== "private" && (
          <>
            <TextInput
              label={words.licence}
              value={licence}
              onChange={(event) => setLicence(event.currentTarget.value)}
              error={refusal?.of("/licence")}
            />
            <Checkbox
              label={words.download}
              checked={download}
              onChange={(event) => setDownload(event.currentTarget.checked)}
            />
          </>
        )}
        {refusal && <ProblemCard error={refusal} shownAtFields={FIELDS} />}
        {change.isSuccess && (
          <Text role="status" fz="sm">
            {words.saved}
          </Text>
        )}
        <Button type="submit" w="fit-content" disabled={!mayShare} loading={change.isPending}>
          {words.save}
        </Button>
      </Stack>
    </form>
  );
}

function Gate({ version }: Pick<TabProps, "version">) {
  const gate = cardOf(version).memorisation?.gate;
  const isClosed = gate === "blocks";
  return (
    <Alert
      title={words.gate}
      color={isClosed ? "red" : "petrol"}
      variant="light"
      icon={isClosed ? <IconShieldX aria-hidden /> : <IconShieldCheck aria-hidden />}
    >
      {gate ? (words.gates[gate] ?? gate.replaceAll("_", " ")) : words.notMeasured}
    </Alert>
  );
}
