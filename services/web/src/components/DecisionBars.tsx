// How likely each model is for a face: numbers as text, ordered by probability, and whether it fits as a word.
import { Button, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../lib/api";
import { decimals, percent } from "../lib/format";
import { decisionTexts as texts } from "../texts/decision";
import classes from "./DecisionBars.module.css";

type ModelShare = Schemas["ModelShareView"];

interface DecisionBarsProps {
  models: ModelShare[];
  /** The model that fills the face. */
  chosen: string | null;
  /** So many are shown before "Show all". */
  atFirst?: number;
}

/** Likeliest first; those alike keep the server's order. */
export const byProbability = (models: ModelShare[]): ModelShare[] =>
  models.toSorted((one, other) => other.probability - one.probability);

/** Whether it may fill the face, as words; where nobody has measured that, so it says. */
export function fitWord({ fits, offer }: Pick<ModelShare, "fits" | "offer">): string {
  if (offer) return texts.offers[offer];
  return fits == null ? texts.notMeasured : fits ? texts.fits : texts.doesNotFit;
}

export function DecisionBars({ models, chosen, atFirst = 4 }: DecisionBarsProps) {
  const [isWhole, setIsWhole] = useState(false);
  const ordered = byProbability(models);
  const shown = isWhole ? ordered : ordered.slice(0, atFirst);
  return (
    <>
      <Table className={classes.table} verticalSpacing={6} horizontalSpacing="xs" aria-label={texts.label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{texts.model}</Table.Th>
            <Table.Th scope="col" className={classes.probability}>
              {texts.probability}
            </Table.Th>
            <Table.Th scope="col" className={classes.number}>
              {texts.tone}
            </Table.Th>
            <Table.Th scope="col">{texts.fitting}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((model) => (
            <Table.Tr key={model.model_id} data-chosen={model.model_id === chosen || undefined}>
              <Table.Th scope="row" className={classes.name}>
                {model.model}
                {model.model_id === chosen && (
                  <Text fz="xs" c="dimmed" fw={400} lh={1.2}>
                    {texts.chosen}
                  </Text>
                )}
              </Table.Th>
              <Table.Td>
                <div className={classes.share}>
                  <span className={classes.track} aria-hidden>
                    <span className={classes.bar} style={{ width: `${100 * model.probability}%` }} />
                  </span>
                  <span className={classes.percent}>{percent(model.probability)}</span>
                </div>
              </Table.Td>
              <Table.Td className={classes.number}>
                {model.tone_de00 == null ? texts.notMeasured : decimals(model.tone_de00, 1)}
              </Table.Td>
              <Table.Td className={classes.fits}>{fitWord(model)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {ordered.length > atFirst && (
        <Button size="compact-xs" variant="subtle" onClick={() => setIsWhole(!isWhole)} className="no-print">
          {isWhole ? texts.fewer : texts.all(ordered.length)}
        </Button>
      )}
    </>
  );
}
