// Very many faces as a grid that scrolls: only rows in sight (and two more) are drawn, from sheets of thumbnails.
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { SHEET_IMAGES, Sheets, tileFor } from "../lib/sheets";
import { shownSize } from "./Face";
import classes from "./FaceGrid.module.css";
import { GridRow } from "./FaceGridRow";
import { movedTo } from "./gridKeys";
import { ProblemCard } from "./ProblemCard";

const GAP = 4;
const ROWS_BEYOND = 2;
const SETTLED_AFTER_MS = 300;

interface FaceGridProps {
  label: string;
  total: number;
  /** Which images in which order, as `/v1/images` takes it, without page. */
  query: string;
  /** Pixels of an image's side, and about how large one is shown. */
  side: number;
  size: number;
  /** The image whose row is at the top at first; `onAt` is told where scrolling came to rest. */
  at: number;
  onAt: (index: number) => void;
  onOpen: (index: number) => void;
  onClose?: () => void;
  /** The one that is in the focus order, and which was opened. */
  onActive?: (index: number) => void;
  opened?: number | null;
  nameOf: (index: number) => string;
  height: string;
}

export function FaceGrid(props: FaceGridProps) {
  const { label, total, query, side, size, at, onAt, onOpen, onClose, onActive, opened, nameOf, height } =
    props;
  const cell = shownSize(side, size);
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const scroller = useRef<HTMLDivElement>(null);
  const columns = Math.max(1, Math.floor((width - GAP) / (cell + GAP)));
  const rows = Math.ceil(total / columns);
  const [active, setActive] = useState(at);
  const [mustFocus, setMustFocus] = useState(false);
  const sheets = useSheets(query, tileFor(side, cell));
  const activeRow = Math.floor(Math.min(active, total - 1) / columns);
  // The row of the tab stop stays, so that the focus is not lost when it is scrolled away.
  const extract = useCallback(
    (range: Range) => {
      const inSight = defaultRangeExtractor(range);
      return activeRow < 0 || inSight.includes(activeRow)
        ? inSight
        : [...inSight, activeRow].sort((one, other) => one - other);
    },
    [activeRow],
  );
  const virtual = useVirtualizer({
    count: width > 0 ? rows : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => cell + GAP,
    overscan: ROWS_BEYOND,
    paddingStart: GAP,
    scrollPaddingStart: GAP,
    rangeExtractor: extract,
  });
  useAnchor({ virtual, columns, rowHeight: cell + GAP, at, onAt, scroller, isReady: width > 0 });

  const inSight = virtual.range;
  const first = (inSight?.startIndex ?? 0) * columns;
  const last = Math.min(total - 1, ((inSight?.endIndex ?? 0) + 1) * columns);
  useEffect(() => {
    if (total > 0 && width > 0) sheets.want(pagesOf(first, last, total));
  }, [sheets, first, last, total, width]);
  useSyncExternalStore(sheets.subscribe, sheets.snapshot);

  useEffect(() => {
    if (!mustFocus) return;
    const wanted = scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    wanted?.focus({ preventScroll: true });
    if (wanted) setMustFocus(false);
  });

  // Closed again, by a button that is gone with what it closed: the focus goes back to where it was opened.
  const wasOpened = useRef(opened);
  useEffect(() => {
    if (opened == null && wasOpened.current != null && document.activeElement === document.body)
      setMustFocus(true);
    wasOpened.current = opened;
  }, [opened]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === "Escape") {
      if (opened != null) onClose?.();
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onOpen(active);
      return;
    }
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / (cell + GAP)) - 1);
    const next = movedTo(event, { active, total, columns, pageRows });
    if (next === null) return;
    event.preventDefault();
    setActive(next);
    onActive?.(next);
    virtual.scrollToIndex(Math.floor(next / columns), { align: "auto" });
    setMustFocus(true);
  };
  const press = useCallback(
    (index: number) => {
      setActive(index);
      onOpen(index);
    },
    [onOpen],
  );

  return (
    <>
      {sheets.failure !== null && <ProblemCard error={sheets.failure} onRetry={sheets.again} />}
      {/* biome-ignore lint/a11y/useSemanticElements: a table of 100,000 cells is what a grid is for */}
      <div
        ref={useMergedRef(sizeRef, scroller)}
        role="grid"
        aria-label={label}
        aria-rowcount={rows}
        aria-colcount={columns}
        className={classes.scroller}
        style={{ height }}
        onKeyDown={onKeyDown}
        tabIndex={-1}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <GridRow
              key={index}
              row={index}
              top={start}
              gap={GAP}
              cell={cell}
              columns={columns}
              total={total}
              isHard={side <= 64}
              before={sheets.sheet(Math.floor((index * columns) / SHEET_IMAGES))}
              after={sheets.sheet(Math.floor(((index + 1) * columns - 1) / SHEET_IMAGES))}
              active={index === activeRow ? active : null}
              opened={opened != null && Math.floor(opened / columns) === index ? opened : null}
              nameOf={nameOf}
              onPress={press}
            />
          ))}
        </div>
      </div>
    </>
  );
}

/** Those in sight, and then one on either side, for what is scrolled to next. */
function pagesOf(first: number, last: number, total: number): number[] {
  const pages: number[] = [];
  const from = Math.floor(first / SHEET_IMAGES);
  const to = Math.floor(last / SHEET_IMAGES);
  for (let page = from; page <= to; page++) pages.push(page);
  if ((to + 1) * SHEET_IMAGES < total) pages.push(to + 1);
  if (from > 0) pages.push(from - 1);
  return pages;
}

function useSheets(query: string, tile: number): Sheets {
  const sheets = useMemo(() => new Sheets(query, tile), [query, tile]);
  useEffect(() => () => sheets.close(), [sheets]);
  return sheets;
}

interface Anchor {
  virtual: { scrollToIndex: (row: number, options: { align: "start" }) => void };
  columns: number;
  rowHeight: number;
  at: number;
  onAt: (index: number) => void;
  scroller: React.RefObject<HTMLDivElement | null>;
  isReady: boolean;
}

/** Keeps the image at the top where it is when rows change, and tells when scrolling came to rest. */
function useAnchor({ virtual, columns, rowHeight, at, onAt, scroller, isReady }: Anchor): void {
  const top = useRef(at);
  const tell = useRef(onAt);
  tell.current = onAt;
  const shape = useRef({ columns, rowHeight });
  shape.current = { columns, rowHeight };
  // biome-ignore lint/correctness/useExhaustiveDependencies: again when rows have another length or height
  useEffect(() => {
    if (isReady) virtual.scrollToIndex(Math.floor(top.current / columns), { align: "start" });
  }, [columns, rowHeight, isReady]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a place from outside, as of Back; our own changes nothing
  useEffect(() => {
    if (!isReady || at === top.current) return;
    top.current = at;
    virtual.scrollToIndex(Math.floor(at / shape.current.columns), { align: "start" });
  }, [at]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    let timer = 0;
    const onScroll = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        const row = Math.round(element.scrollTop / shape.current.rowHeight);
        top.current = row * shape.current.columns;
        tell.current(top.current);
      }, SETTLED_AFTER_MS);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
}
