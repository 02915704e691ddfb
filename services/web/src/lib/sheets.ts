// Thumbnails by the page, as one picture each: fetched when wanted, given up when scrolled away, few kept.
import { ApiProblem, problemOf, unreachable } from "./problem";

export const SHEET_IMAGES = 200;
const KEPT_SHEETS = 24;
const LEAST_TILE = 16;
const MOST_TILE = 128;

export interface Sheet {
  url: string;
  /** Pixels of a tile's side, and tiles in a row of the picture. */
  tile: number;
  columns: number;
  count: number;
}

/** The tile to ask for: exact up to 64 pixels, of larger images as large as they are shown. */
export function tileFor(side: number, shown: number): number {
  const wanted = side <= 64 ? side : shown <= 64 ? 64 : MOST_TILE;
  return Math.min(MOST_TILE, Math.max(LEAST_TILE, wanted));
}

export class Sheets {
  private readonly sheets = new Map<number, Sheet>(); // the one wanted last is last
  private readonly requests = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private version = 0;
  private wanted: number[] = [];

  /** Why the last sheet that was asked for did not come; null once one comes. */
  failure: unknown = null;

  /** `query`: which images in which order, as `/v1/images` takes it, without page. */
  constructor(
    private readonly query: string,
    private readonly tile: number,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): number => this.version;

  sheet(page: number): Sheet | undefined {
    return this.sheets.get(page);
  }

  /** The pages that are looked at now, the most important first; requests for others end. */
  want(pages: number[]): void {
    this.wanted = pages;
    for (const [page, request] of this.requests)
      if (!pages.includes(page)) {
        request.abort();
        this.requests.delete(page);
      }
    for (const page of pages) {
      const sheet = this.sheets.get(page);
      if (sheet) {
        this.sheets.delete(page);
        this.sheets.set(page, sheet);
      } else if (!this.requests.has(page)) void this.fetch(page);
    }
  }

  /** Asks for those again that are wanted and did not come. */
  readonly again = (): void => this.want(this.wanted);

  /** Ends all requests and lets the pictures go. */
  close(): void {
    this.want([]);
    for (const { url } of this.sheets.values()) URL.revokeObjectURL(url);
    this.sheets.clear();
  }

  private async fetch(page: number): Promise<void> {
    const request = new AbortController();
    this.requests.set(page, request);
    try {
      const place = `limit=${SHEET_IMAGES}&offset=${page * SHEET_IMAGES}&tile=${this.tile}`;
      const answer = await fetch(`/v1/image-sheets?${this.query}&${place}`, { signal: request.signal });
      if (!answer.ok) throw await problemOf(answer);
      const picture = await answer.blob();
      if (request.signal.aborted) return;
      const header = (name: string): number => Number(answer.headers.get(`Sheet-${name}`));
      this.sheets.set(page, {
        url: URL.createObjectURL(picture),
        tile: header("Tile"),
        columns: header("Columns"),
        count: header("Count"),
      });
      this.dropOldest();
      this.tell(null);
    } catch (error) {
      if (!request.signal.aborted) this.tell(error instanceof ApiProblem ? error : unreachable()); // else scrolled away
    } finally {
      if (this.requests.get(page) === request) this.requests.delete(page);
    }
  }

  private tell(failure: unknown): void {
    this.failure = failure;
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  private dropOldest(): void {
    for (const [page, { url }] of this.sheets) {
      if (this.sheets.size <= KEPT_SHEETS) return;
      URL.revokeObjectURL(url);
      this.sheets.delete(page);
    }
  }
}
