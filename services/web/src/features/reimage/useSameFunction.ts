// A function that stays the same and does what the newest does: what is given it need not be drawn anew.
import { useCallback, useRef } from "react";

export function useSameFunction<Args extends unknown[]>(
  newest: (...args: Args) => void,
): (...args: Args) => void {
  const held = useRef(newest);
  held.current = newest;
  return useCallback((...args: Args) => held.current(...args), []);
}
