// State that a reload, Back, and a pasted link restore: it lives in the query of the address.
import { useCallback } from "react";
import { useSearchParams } from "react-router";

type Change = { replace?: boolean };

/** One word in the address. The default is left out of it; `replace` makes no step of history (sliders, scrolling). */
export function useUrlWord(
  name: string,
  initial = "",
): [string, (value: string | null, change?: Change) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string | null, change?: Change) =>
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          if (value === null || value === initial) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: change?.replace ?? false, preventScrollReset: true, flushSync: true },
      ),
    [name, initial, setSearch],
  );
  return [search.get(name) ?? initial, set];
}

/** One of some words in the address; anything else there counts as the first of them. */
export function useUrlChoice<Word extends string>(
  name: string,
  words: readonly Word[],
): [Word | undefined, (value: string | null, change?: Change) => void] {
  const [word, setWord] = useUrlWord(name, words[0]);
  return [words.find((one) => one === word) ?? words[0], setWord];
}

/** A whole number in the address; anything else there counts as the default. */
export function useUrlNumber(
  name: string,
  initial: number,
): [number, (value: number | null, change?: Change) => void] {
  const [word, setWord] = useUrlWord(name, String(initial));
  const number = /^-?\d+$/.test(word) ? Number(word) : initial;
  const set = useCallback(
    (value: number | null, change?: Change) => setWord(value === null ? null : String(value), change),
    [setWord],
  );
  return [number, set];
}

/** A word repeated in the address, as `where=eyes:1&where=mouth:2`. */
export function useUrlWords(name: string): [string[], (values: string[], change?: Change) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (values: string[], change?: Change) =>
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          next.delete(name);
          for (const value of values) next.append(name, value);
          return next;
        },
        { replace: change?.replace ?? false, preventScrollReset: true, flushSync: true },
      ),
    [name, setSearch],
  );
  return [search.getAll(name), set];
}
