// One row of FaceGrid: cells whose background is their tile of a sheet.
import { type CSSProperties, memo } from "react";
import { SHEET_IMAGES, type Sheet } from "../lib/sheets";
import classes from "./FaceGrid.module.css";

interface GridRowProps {
  row: number;
  top: number;
  gap: number;
  cell: number;
  columns: number;
  total: number;
  isHard: boolean;
  /** The sheets of its first and of its last image, where they have come. */
  before: Sheet | undefined;
  after: Sheet | undefined;
  /** The tab stop and the opened image, where they are in this row. */
  active: number | null;
  opened: number | null;
  nameOf: (index: number) => string;
  onPress: (index: number) => void;
}

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { row, top, gap, cell, columns, total, isHard, before, after, active, opened, nameOf, onPress } =
    props;
  const first = row * columns;
  const page = Math.floor(first / SHEET_IMAGES);
  return (
    // biome-ignore lint/a11y/useSemanticElements: see FaceGrid
    <div
      role="row"
      aria-rowindex={row + 1}
      tabIndex={-1}
      className={classes.row}
      style={{ transform: `translateY(${top}px)`, gap, height: cell }}
    >
      {Array.from({ length: columns }, (_, column) => {
        const index = first + column;
        if (index >= total) return <span key={index} style={{ width: cell, flex: "none" }} />;
        const sheet = Math.floor(index / SHEET_IMAGES) === page ? before : after;
        return (
          // biome-ignore lint/a11y/useSemanticElements: see FaceGrid
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the grid
          <div
            key={index}
            role="gridcell"
            aria-colindex={column + 1}
            aria-label={nameOf(index)}
            aria-selected={index === opened}
            tabIndex={index === active ? 0 : -1}
            data-index={index}
            data-hard={isHard || undefined}
            className={classes.cell}
            style={{ width: cell, height: cell, ...tileOf(sheet, index % SHEET_IMAGES, cell) }}
            onClick={() => onPress(index)}
          />
        );
      })}
    </div>
  );
});

/** Where a tile lies, in the sheet scaled so that tiles are as large as cells. */
function tileOf(sheet: Sheet | undefined, number: number, cell: number): CSSProperties {
  if (!sheet || number >= sheet.count) return {};
  const column = number % sheet.columns;
  const row = Math.floor(number / sheet.columns);
  return {
    backgroundImage: `url(${sheet.url})`,
    backgroundPosition: `${-column * cell}px ${-row * cell}px`,
    backgroundSize: `${sheet.columns * cell}px auto`,
  };
}
