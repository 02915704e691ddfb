// The part of a dataset that is learned from: values of its attributes, with how many images they leave.
import { MultiSelect, Text } from "@mantine/core";
import { api } from "../../lib/api";
import { count } from "../../lib/format";
import { newTraining as words } from "../../texts/newTraining";
import type { Part } from "./order";

interface FaceFilterProps {
  part: Part;
  where: string[];
  onChange: (where: string[]) => void;
  error: string | null;
}

export function FaceFilter({ part, where, onChange, error }: FaceFilterProps) {
  const about = {
    dataset_id: [part.dataset],
    ...(part.version !== null && { version: String(part.version) }),
  };
  const all = api.useQuery("get", "/v1/facets", { params: { query: about } });
  const left = api.useQuery("get", "/v1/facets", { params: { query: { ...about, where } } });
  const offered = (all.data?.facets ?? []).flatMap((facet) => {
    const values = facet.values.filter((value) => value.value !== "" && value.low == null);
    const items = values.map((value) => ({
      value: `${facet.attribute}:${value.value}`,
      label: `${facet.attribute.replaceAll("_", " ")}: ${value.value} (${count(value.count)})`,
    }));
    return items.length > 1 ? [{ group: facet.attribute.replaceAll("_", " "), items }] : [];
  });
  // Written into the address by hand, or of an attribute that is no list of values: still shown, and kept.
  const listed = new Set(offered.flatMap(({ items }) => items.map(({ value }) => value)));
  const others = where.filter((one) => !listed.has(one)).map((one) => ({ value: one, label: one }));
  return (
    <>
      <MultiSelect
        label={words.filter}
        description={words.filterHow}
        placeholder={where.length ? "" : words.everyImage}
        data={[...offered, ...(others.length ? [{ group: words.filter, items: others }] : [])]}
        value={where}
        onChange={onChange}
        error={error ?? (left.error as Error | null)?.message}
        searchable
        clearable
        clearButtonProps={{ "aria-label": words.everyImage }}
        maxDropdownHeight={280}
      />
      {where.length > 0 && left.data && all.data && (
        <Text fz="sm" role="status">
          {words.imagesOf(count(left.data.total), count(all.data.total))}
        </Text>
      )}
    </>
  );
}
