// One model: its card and everything that can be done with it, by version.
import { Alert, Button, Group, Select, Tabs, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { Answer } from "../../components/Answer";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Page } from "../../components/Page";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { cardOf } from "../../lib/card";
import { useUrlChoice, useUrlWord } from "../../lib/urlState";
import { model as words } from "../../texts/model";
import { CardTab } from "./CardTab";
import { DownloadTab } from "./DownloadTab";
import { EvaluationsTab } from "./EvaluationsTab";
import { LineageTab } from "./LineageTab";
import { RatingsTab } from "./RatingsTab";
import { SelectorTab } from "./SelectorTab";
import { ShareTab } from "./ShareTab";
import { StructureTab } from "./StructureTab";
import { TryTab } from "./TryTab";

export interface TabProps {
  model: Schemas["ModelView"];
  version: Schemas["ModelVersionView"];
}

const TABS = [
  { name: "card", Tab: CardTab },
  { name: "try", Tab: TryTab },
  { name: "structure", Tab: StructureTab },
  { name: "selector", Tab: SelectorTab },
  { name: "evaluations", Tab: EvaluationsTab },
  { name: "lineage", Tab: LineageTab },
  { name: "ratings", Tab: RatingsTab },
  { name: "share", Tab: ShareTab },
  { name: "download", Tab: DownloadTab },
] as const;

export function Screen() {
  const { modelId = "" } = useParams();
  const [number] = useUrlWord("version", "latest");
  const path = { model_id: modelId };
  const model = api.useQuery("get", "/v1/models/{model_id}", { params: { path } });
  const version = api.useQuery("get", "/v1/models/{model_id}/versions/{version}", {
    params: { path: { ...path, version: number } },
  });
  return (
    <Answer query={model}>
      {(found) => (
        <Page
          title={found.name}
          detail={version.data ? cardOf(version.data as Schemas["ModelVersionView"]).summary : undefined}
          actions={<Actions model={found} />}
        >
          <Answer query={version}>
            {(of) => <Version model={found} version={of as Schemas["ModelVersionView"]} />}
          </Answer>
        </Page>
      )}
    </Answer>
  );
}

function Version({ model, version }: TabProps) {
  const [tab, setTab] = useUrlChoice(
    "tab",
    TABS.map(({ name }) => name),
  );
  return (
    <>
      {version.pruned_at && <Alert color="yellow">{words.pruned}</Alert>}
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="lg">
          {TABS.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ name, Tab }) => (
          <Tabs.Panel key={name} value={name}>
            <Tab model={model} version={version} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function Actions({ model }: { model: Schemas["ModelView"] }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("models:write");
  const params = { path: { model_id: model.id } };
  const renewed = { onSuccess: () => queries.invalidateQueries() };
  const adopt = api.useMutation("put", "/v1/models/{model_id}/adoption", renewed);
  const drop = api.useMutation("delete", "/v1/models/{model_id}/adoption", renewed);
  const removal = api.useMutation("delete", "/v1/models/{model_id}", {
    onSuccess: async () => {
      await navigate("/models");
      await queries.invalidateQueries();
    },
  });
  const failure = adopt.error ?? drop.error ?? removal.error;
  return (
    <>
      <VersionChoice model={model} />
      <Button component={Link} to={`/reimage?model=${model.id}`}>
        {words.reimage}
      </Button>
      {mayWrite && model.access === "owner" && (
        <ConfirmButton
          loses={words.removeLoses}
          loading={removal.isPending}
          onConfirm={() => removal.mutate({ params })}
        >
          {words.remove}
        </ConfirmButton>
      )}
      {model.access === "shared" && (
        <Group gap="xs">
          <Button
            variant="default"
            loading={adopt.isPending || drop.isPending}
            onClick={() => (model.is_adopted ? drop : adopt).mutate({ params })}
          >
            {model.is_adopted ? words.dropAdoption : words.adopt}
          </Button>
          <Text fz="sm" c="dimmed">
            {words.adoptDetail}
          </Text>
        </Group>
      )}
      {failure != null && <ProblemCard error={failure} />}
    </>
  );
}

function VersionChoice({ model }: { model: Schemas["ModelView"] }) {
  const [number, setNumber] = useUrlWord("version", "latest");
  const numbers = Array.from({ length: model.latest_version }, (_, place) => model.latest_version - place);
  const aliasesOf = (of: number): string[] =>
    Object.entries(model.aliases)
      .filter(([, version]) => version === of)
      .map(([alias]) => alias);
  if (numbers.length < 2) return null;
  return (
    <Select
      aria-label={words.version}
      w={170}
      data={numbers.map((of) => ({ value: String(of), label: words.versionOption(of, aliasesOf(of)) }))}
      value={number === "latest" ? String(model.latest_version) : number}
      onChange={(chosen) => setNumber(chosen === String(model.latest_version) ? null : chosen)}
      allowDeselect={false}
    />
  );
}
