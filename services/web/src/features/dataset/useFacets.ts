// Values with counts. Of an attribute with conditions all its values are counted under the others' conditions, so that
// one sees what a further value would add.
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import type { FacetGroup } from "../../components/FacetList";
import { api, type Schemas } from "../../lib/api";
import { conditionsOf, without } from "../../lib/filters";
import { queryOf, type View } from "./state";

export interface Facets {
  total: number;
  /** As they are under the whole filter: what the sentence says. */
  under: Schemas["Facet"][];
  groups: FacetGroup[];
}

const facetsUnder = (view: View, where: string[]) =>
  api.queryOptions("get", "/v1/facets", { params: { query: queryOf({ ...view, where, sort: "" }) } });

export function useFacets(view: View, attributes: Record<string, Schemas["AttributeView"]>) {
  const filtered = [...conditionsOf(view.where).keys()];
  const [whole, ...others] = useQueries({
    queries: [view.where, ...filtered.map((attribute) => without(view.where, attribute))].map((where) => ({
      ...facetsUnder(view, where),
      placeholderData: keepPreviousData,
    })),
  });
  const data: Facets | undefined = whole?.data && {
    total: whole.data.total,
    under: whole.data.facets,
    groups: merged(
      whole.data.facets,
      filtered,
      others.map((one) => one.data?.facets),
      attributes,
    ),
  };
  return { data, error: whole?.error ?? null, refetch: () => whole?.refetch() };
}

function merged(
  under: Schemas["Facet"][],
  filtered: string[],
  others: (Schemas["Facet"][] | undefined)[],
  attributes: Record<string, Schemas["AttributeView"]>,
): FacetGroup[] {
  return under.map((facet) => {
    const place = filtered.indexOf(facet.attribute);
    const open = others[place]?.find(({ attribute }) => attribute === facet.attribute);
    return { ...(open ?? facet), isNumber: attributes[facet.attribute]?.type === "number" };
  });
}
