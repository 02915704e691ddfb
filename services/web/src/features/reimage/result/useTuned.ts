// The same faces by another K or tone match: asked for as the slider moves, one at a time, the newest wish last.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useUrlWord } from "../../../lib/urlState";
import { reuse } from "../picture";
import { askedOf, type Reimaging } from "../reimaging";
import { reimagingKey } from "../useOrder";

export interface Tuned {
  /** What the panels show: the earlier picture until the new one is there. */
  shown: Reimaging;
  k: number | null;
  setK: (k: number | null) => void;
  toneMatch: "auto" | "off";
  setToneMatch: (wanted: "auto" | "off") => void;
  isBusy: boolean;
  error: unknown;
}

/** `k` in the address: absent means as the re-imaging was made. */
export const kOf = (word: string, made: number | null): number | null =>
  /^\d{1,2}$/.test(word) && Number(word) <= 64 ? Number(word) : word === "auto" ? null : made;

export function useTuned(view: Reimaging): Tuned {
  const asked = askedOf(view);
  const [kWord, setKWord] = useUrlWord("k");
  const [toneWord, setToneWord] = useUrlWord("tone");
  const queries = useQueryClient();
  const k = kOf(kWord, asked.smoothing_k);
  const toneMatch = toneWord === "auto" || toneWord === "off" ? toneWord : asked.tone_match;
  const isAsMade = k === asked.smoothing_k && toneMatch === asked.tone_match;
  const last = useRef(view);
  const query = useQuery({
    queryKey: ["tuned", view.id, k, toneMatch],
    enabled: !isAsMade,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const tuned = await reuse(view, k, toneMatch);
      queries.setQueryData(reimagingKey(tuned.id), tuned);
      return tuned;
    },
  });
  const wanted = isAsMade ? view : query.data;
  if (wanted?.result?.candidates?.length) last.current = wanted;
  return {
    shown: last.current,
    k,
    setK: (next) =>
      setKWord(next === asked.smoothing_k ? null : next === null ? "auto" : String(next), { replace: true }),
    toneMatch,
    setToneMatch: (next) => setToneWord(next === asked.tone_match ? null : next, { replace: true }),
    isBusy: !isAsMade && query.isFetching,
    error: isAsMade ? null : query.error,
  };
}
