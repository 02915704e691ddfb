// Ordering from a screen: the answer is put where its own screen looks, then that screen is opened.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNavigate } from "react-router";
import { order, type Picture, pictureOf } from "./picture";
import { askedAgain, type Options, type Reimaging } from "./reimaging";
import { useSameFunction } from "./useSameFunction";

export const reimagingKey = (id: string) =>
  ["get", "/v1/reimagings/{reimaging_id}", { params: { path: { reimaging_id: id } } }] as const;

interface Order {
  picture: Picture | Promise<Picture>;
  options: Options;
  /** What the screen that opens shows, as a query: the editor keeps open, candidates begin anew. */
  search?: string;
}

export function useOrder() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async ({ picture, options }: Order) => order(await picture, options),
    onSuccess: async (view, { search }) => {
      queries.setQueryData(reimagingKey(view.id), view);
      await navigate({ pathname: `/reimage/${view.id}`, search: search ?? "" });
    },
  });
}

export interface OrderAgain {
  again: (change?: Options, search?: string) => void;
  isPending: boolean;
  error: unknown;
}

/** The same picture again, with a change of what is asked; `tried` is what the screen shows other than it was made. */
export function useOrderAgain(view: Reimaging, tried: Options = {}): OrderAgain {
  const { mutate, isPending, error } = useOrder();
  const again = useSameFunction((change: Options = {}, search?: string) =>
    mutate({ picture: pictureOf(view), options: askedAgain(view, { ...tried, ...change }), search }),
  );
  return useMemo(() => ({ again, isPending, error }), [again, isPending, error]);
}
