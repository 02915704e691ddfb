// One dataset: its images under a filter, and what its attributes say before a training.
import { Alert, Anchor, Badge, Button, Group, Select, Tabs, Text } from "@mantine/core";
import { IconArrowLeft, IconStack2 } from "@tabler/icons-react";
import { Link, useParams } from "react-router";
import { Answer } from "../../components/Answer";
import { EmptyState } from "../../components/EmptyState";
import { ModelsOfDataset } from "../../components/ModelsOfDataset";
import { Page } from "../../components/Page";
import { api, type Schemas } from "../../lib/api";
import { dataset as texts } from "../../texts/dataset";
import { datasets } from "../../texts/datasets";
import { Confounds } from "./Confounds";
import { Coverage } from "./Coverage";
import { Images } from "./Images";
import { Quality } from "./Quality";
import { TABS, useView, type View } from "./state";
import { Versions } from "./Versions";

const PANELS = {
  images: Images,
  coverage: Coverage,
  confounds: Confounds,
  quality: Quality,
  versions: Versions,
};

export interface PanelProps {
  dataset: Schemas["DatasetView"];
  view: View;
}

export function Screen() {
  const { datasetId = "" } = useParams();
  const view = useView(datasetId);
  const dataset = api.useQuery("get", "/v1/datasets/{dataset_id}", {
    params: { path: { dataset_id: datasetId } },
  });
  if (dataset.data) return <Browser dataset={dataset.data} view={view} />;
  return (
    <Page title={texts.noSuch}>
      <Answer query={dataset}>{() => null}</Answer>
    </Page>
  );
}

// The dialogs belong to the list of datasets, which opens the one that its address names.
function Actions({ dataset }: Pick<PanelProps, "dataset">) {
  const places = [
    { to: `/datasets?import=1&into=${dataset.id}`, label: datasets.actions.addImages },
    { to: `/datasets?share=${dataset.id}`, label: datasets.actions.share },
  ];
  return places.map(({ to, label }) => (
    <Button key={to} component={Link} to={to} variant="default">
      {label}
    </Button>
  ));
}

function Browser({ dataset, view }: PanelProps) {
  const Panel = PANELS[view.tab];
  return (
    <Page
      title={dataset.name}
      detail={<Facts dataset={dataset} />}
      actions={
        <>
          <VersionChoice dataset={dataset} view={view} />
          {dataset.access === "owner" && <Actions dataset={dataset} />}
        </>
      }
    >
      {dataset.latest_version === 0 ? (
        <Empty datasetId={dataset.id} />
      ) : (
        <Tabs
          value={view.tab}
          onChange={(tab) => view.change({ tab: tab === "images" ? null : tab, image: null })}
          keepMounted={false}
        >
          <Tabs.List mb="md">
            {TABS.map((tab) => (
              <Tabs.Tab key={tab} value={tab}>
                {texts.tabs[tab]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={view.tab}>
            {view.version !== "latest" && Number(view.version) !== dataset.latest_version && (
              <Alert variant="light" color="yellow" mb="md" py="xs">
                <Group justify="space-between">
                  <Text fz="sm">{texts.oldVersion(Number(view.version))}</Text>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => view.change({ version: null, at: null })}
                  >
                    {texts.toNewest}
                  </Button>
                </Group>
              </Alert>
            )}
            <Panel dataset={dataset} view={view} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

function Facts({ dataset }: { dataset: Schemas["DatasetView"] }) {
  return (
    <Group gap="xs">
      <Anchor component={Link} to="/datasets" fz="sm">
        <IconArrowLeft size={14} aria-hidden style={{ verticalAlign: "-2px" }} /> {texts.back}
      </Anchor>
      <Badge variant="light" tt="none" color={dataset.role === "train" ? "petrol" : "violet"}>
        {datasets.roles[dataset.role]}
      </Badge>
      <Badge variant="default" tt="none">
        {datasets.visibilities[dataset.visibility]}
      </Badge>
      {dataset.owner && <Text fz="sm">{datasets.by(dataset.owner)}</Text>}
      {dataset.role === "train" && <ModelsOfDataset datasetId={dataset.id} />}
    </Group>
  );
}

function VersionChoice({ dataset, view }: PanelProps) {
  const { latest_version: latest } = dataset;
  if (latest < 2) return null;
  return (
    <Select
      aria-label={texts.version}
      w={170}
      data={[
        { value: "latest", label: texts.newest(latest) },
        ...Array.from({ length: latest - 1 }, (_, at) => ({
          value: String(latest - 1 - at),
          label: texts.numbered(latest - 1 - at),
        })),
      ]}
      value={view.version}
      allowDeselect={false}
      onChange={(version) =>
        view.change({ version: version === "latest" ? null : version, at: null, image: null })
      }
    />
  );
}

function Empty({ datasetId }: { datasetId: string }) {
  return (
    <EmptyState
      icon={<IconStack2 size={40} stroke={1.2} aria-hidden />}
      title={texts.empty}
      detail={texts.emptyDetail}
      action={
        <Button component={Link} to={`/datasets?import=1&into=${datasetId}`}>
          {texts.import}
        </Button>
      }
    />
  );
}
