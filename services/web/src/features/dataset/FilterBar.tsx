// The filter as chips, and what one does with the images that it leaves.
import { Button, CopyButton, Group, Pill } from "@mantine/core";
import { IconLink, IconPackageExport, IconPencil, IconX } from "@tabler/icons-react";
import { Link } from "react-router";
import { CopyAsCall } from "../../components/CopyAsCall";
import { useMay } from "../../components/session";
import { asRead } from "../../lib/filters";
import { dataset as texts } from "../../texts/dataset";
import { EditDialog } from "./EditDialog";
import type { PanelProps } from "./Screen";
import { trainingAddress, type View } from "./state";

interface FilterBarProps extends PanelProps {
  total: number;
}

export function FilterBar({ dataset, view, total }: FilterBarProps) {
  const mayEdit = useMay("datasets:write") && dataset.access === "owner" && view.version === "latest";
  const mayTrain = useMay("trainings:write") && dataset.role === "train";
  return (
    <>
      {view.where.length > 0 && <Chips view={view} />}
      <Group gap="xs">
        {mayTrain && total > 0 && (
          <Button component={Link} to={trainingAddress(view)}>
            {texts.train(total)}
          </Button>
        )}
        {mayEdit && total > 0 && (
          <>
            <Button
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => view.change({ edit: "1" })}
            >
              {texts.edit}
            </Button>
            <EditDialog dataset={dataset} view={view} total={total} />
          </>
        )}
        <CopyButton value={window.location.href}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={<IconLink size={16} aria-hidden />} onClick={copy}>
              {copied ? texts.linkCopied : texts.copyLink}
            </Button>
          )}
        </CopyButton>
        {dataset.access === "owner" && total > 0 && (
          <Button
            variant="default"
            leftSection={<IconPackageExport size={16} aria-hidden />}
            component={Link}
            to={exportAddress(view)}
          >
            {texts.export}
          </Button>
        )}
        <CopyAsCall call={callOf(view)} python={pythonOf(view)} />
      </Group>
    </>
  );
}

function Chips({ view }: { view: View }) {
  return (
    <Group gap={6}>
      {view.where.map((condition) => {
        const colon = condition.indexOf(":");
        const said = `${condition.slice(0, colon)}: ${asRead(condition.slice(colon + 1))}`;
        return (
          <Pill
            key={condition}
            size="md"
            withRemoveButton
            removeButtonProps={{ "aria-label": texts.remove(said), "aria-hidden": false, tabIndex: 0 }}
            onRemove={() => view.filter(view.where.filter((one) => one !== condition))}
          >
            {said}
          </Pill>
        );
      })}
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconX size={14} aria-hidden />}
        onClick={() => view.filter([])}
      >
        {texts.clear}
      </Button>
    </Group>
  );
}

function exportAddress({ datasetId, where }: View): string {
  const search = new URLSearchParams({ export: datasetId });
  for (const condition of where) search.append("only", condition);
  return `/datasets?${search}`;
}

function callOf({ datasetId, version, where, sort }: View) {
  const query: [string, string][] = [
    ["dataset_id", datasetId],
    ...(version === "latest" ? [] : ([["version", version]] as [string, string][])),
    ...where.map((condition): [string, string] => ["where", condition]),
    ...(sort ? ([["sort", sort]] as [string, string][]) : []),
    ["limit", "100"],
    ["include", "total"],
  ];
  return { method: "GET" as const, path: "/v1/images", query };
}

function pythonOf({ datasetId, version, where, sort }: View): string {
  const options = [
    JSON.stringify(datasetId),
    ...(version === "latest" ? [] : [`version=${JSON.stringify(version)}`]),
    ...(where.length ? [`where=${JSON.stringify(where)}`] : []),
    ...(sort ? [`sort=${JSON.stringify(sort)}`] : []),
  ];
  return `for image in client.images.of_dataset(${options.join(", ")}):\n    print(image.id, image.attributes)`;
}
