// What is shown, in a sentence: "5 images. hair_style: 1 value, eyes: 1, mouth: 2, nose: 5 values". Bold is what is left
// open while the rest is fixed: the attribute of interest.
import { Text } from "@mantine/core";
import { Fragment } from "react";
import { asRead, conditionsOf } from "../../lib/filters";
import { count } from "../../lib/format";
import { dataset as texts } from "../../texts/dataset";
import type { Facets } from "./useFacets";

export interface Part {
  attribute: string;
  said: string;
  isOpen: boolean;
}

/** An attribute a part; measures and suggestions are said of when they are filtered by. */
export function partsOf(facets: Pick<Facets, "under">, where: string[]): Part[] {
  const conditions = conditionsOf(where);
  return facets.under
    .filter(({ attribute }) => !attribute.includes(".") || conditions.has(attribute))
    .map(({ attribute, distinct }) => {
      const chosen = conditions.get(attribute);
      return {
        attribute,
        said: chosen ? chosen.map(asRead).join(texts.or) : texts.values(distinct),
        isOpen: where.length > 0 && !chosen && distinct > 1,
      };
    });
}

export function Sentence({ facets, where }: { facets: Facets; where: string[] }) {
  const parts = partsOf(facets, where);
  return (
    <Text aria-live="polite" style={{ overflowWrap: "anywhere" }}>
      <Text span inherit fw={650}>
        {texts.sentence(facets.total).replace(/^\d+/, (digits) => count(Number(digits)))}
      </Text>{" "}
      {parts.map(({ attribute, said, isOpen }, at) => (
        <Fragment key={attribute}>
          {at > 0 && ", "}
          {isOpen ? (
            <strong>
              {attribute}: {said}
            </strong>
          ) : (
            `${attribute}: ${said}`
          )}
        </Fragment>
      ))}
    </Text>
  );
}
