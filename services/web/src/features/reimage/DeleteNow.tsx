// Deleting a re-imaging now, with all that was made from its picture here and that it alone needs.
import { Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ConfirmButton } from "../../components/ConfirmButton";
import { ProblemCard } from "../../components/ProblemCard";
import { client } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { reimage as texts } from "../../texts/reimage";
import { askedOf, type Reimaging } from "./reimaging";

interface DeleteNowProps {
  view: Reimaging;
  /** The same by another K, where that is shown. */
  also?: string;
  loses: string;
}

export function DeleteNow({ view, also, loses }: DeleteNowProps) {
  const { isBusy, error, go } = useRemove(view, also);
  return (
    <Stack gap="xs" className="no-print">
      <ConfirmButton variant="subtle" loading={isBusy} loses={loses} onConfirm={go}>
        {texts.deleteNow}
      </ConfirmButton>
      {Boolean(error) && <ProblemCard error={error} />}
    </Stack>
  );
}

/** The result, the same by other K, and the look for its covering that it came from: all go. */
function useRemove(base: Reimaging, also: string | undefined) {
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const go = async (): Promise<void> => {
    setState({ isBusy: true, error: null });
    try {
      const tuned = queries.getQueriesData<Reimaging>({ queryKey: ["tuned", base.id] });
      const looked = await lookedFor(base);
      const others = [...tuned.map(([, one]) => one?.id), also, looked];
      const ids = new Set([...others.filter((id) => id !== undefined && id !== null), base.id]);
      for (const id of ids) await forget(id);
      await navigate("/reimage");
      await queries.invalidateQueries({ queryKey: ["get", "/v1/reimagings"] });
    } catch (error) {
      setState({ isBusy: false, error });
    }
  };
  return { ...state, go };
}

/** One that is gone already is no obstacle to deleting the rest. */
async function forget(id: string): Promise<void> {
  try {
    await client.DELETE("/v1/reimagings/{reimaging_id}", { params: { path: { reimaging_id: id } } });
  } catch (error) {
    if (asProblem(error).problem.status !== 404) throw error;
  }
}

/** The re-imaging that only looked for the covering; null where a map was sent, or that one is gone. */
async function lookedFor(view: Reimaging): Promise<string | null> {
  const { covering_id } = askedOf(view).covering;
  if (!covering_id) return null;
  const path = { covering_id };
  const found = await client.GET("/v1/coverings/{covering_id}", { params: { path } }).catch(() => null);
  const id = found?.data?.reimaging_id;
  if (!id) return null;
  const look = await client.GET("/v1/reimagings/{reimaging_id}", { params: { path: { reimaging_id: id } } });
  return look.data && askedOf(look.data).until === "covering" ? id : null;
}
