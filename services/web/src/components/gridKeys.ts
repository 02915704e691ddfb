// Where a key leads in a grid of cells, as the ARIA pattern for grids has it.
interface Place {
  active: number;
  total: number;
  columns: number;
  /** Rows that Page Up and Page Down go by. */
  pageRows: number;
}

type Key = Pick<React.KeyboardEvent, "key" | "ctrlKey" | "metaKey">;

/** The cell that a key leads to; null for keys that lead nowhere, and at the edges. */
export function movedTo({ key, ctrlKey, metaKey }: Key, place: Place): number | null {
  const next = target(key, ctrlKey || metaKey, place);
  return next === null || next === place.active || next < 0 || next >= place.total ? null : next;
}

function target(key: string, isWhole: boolean, { active, total, columns, pageRows }: Place): number | null {
  const rowStart = active - (active % columns);
  const last = total - 1;
  const lastOfColumn = last - ((last - (active % columns) + columns) % columns);
  switch (key) {
    case "ArrowRight":
      return active + 1;
    case "ArrowLeft":
      return active - 1;
    case "ArrowDown":
      return active + columns;
    case "ArrowUp":
      return active - columns;
    case "Home":
      return isWhole ? 0 : rowStart;
    case "End":
      return isWhole ? last : Math.min(last, rowStart + columns - 1);
    case "PageDown":
      return Math.min(lastOfColumn, active + pageRows * columns);
    case "PageUp":
      return Math.max(active % columns, active - pageRows * columns);
    default:
      return null;
  }
}
