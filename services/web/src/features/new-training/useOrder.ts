// The form's state in the address, one change after another.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { ApiProblem } from "../../lib/problem";
import { type OrderState, readOrder, writeOrder } from "./order";

export type ChangeOrder = (change: Partial<OrderState>) => void;

/** What each section of the form gets. */
export interface SectionProps {
  order: OrderState;
  change: ChangeOrder;
  /** What the service said of the fields, by pointer. */
  problem: ApiProblem | null;
}

export function useOrder(): [OrderState, ChangeOrder] {
  const [search, setSearch] = useSearchParams();
  const order = useMemo(() => readOrder(search), [search]);
  const change = useCallback(
    (some: Partial<OrderState>) =>
      setSearch((current) => writeOrder({ ...readOrder(current), ...some }), {
        replace: true,
        preventScrollReset: true,
        flushSync: true, // else a field that is filled right after another starts from the address before that
      }),
    [setSearch],
  );
  return [order, change];
}
