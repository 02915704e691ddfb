// Ordering from a screen: the answer is put where its own screen looks, then that screen is opened.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { order, type Picture, pictureOf } from "./picture";
import { askedAgain, type Options, type Reimaging } from "./reimaging";

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

/** The same picture again, with a change of what is asked. */
export function useOrderAgain(view: Reimaging) {
  const { mutate, ...rest } = useOrder();
  const again = (change: Options = {}, search?: string): void =>
    mutate({ picture: pictureOf(view), options: askedAgain(view, change), search });
  return { again, ...rest };
}
