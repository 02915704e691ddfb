// One re-imaging, at whatever stage it is.

import { Answer } from "../../components/Answer";
import { api } from "../../lib/api";
import { reimage as texts } from "../../texts/reimage";
import { Covered } from "./Covered";
import { Failed } from "./failed/Failed";
import { Running } from "./Running";
import { isOpen, type Reimaging, stageOf } from "./reimaging";
import { Finished } from "./result/Finished";

const ASKED_EVERY_MS = 1000; // where no stream passes

export function One({ id }: { id: string }) {
  const query = api.useQuery(
    "get",
    "/v1/reimagings/{reimaging_id}",
    { params: { path: { reimaging_id: id } } },
    {
      refetchInterval: ({ state }) =>
        state.data && isOpen(state.data as Reimaging) ? ASKED_EVERY_MS : false,
    },
  );
  const view = query.data as Reimaging | undefined;
  return (
    <>
      <span className="visually-hidden" role="status">
        {view?.id === id && texts.stages[stageOf(view)]}
      </span>
      <Answer query={query}>{() => view && <Stage key={id} view={view} />}</Answer>
    </>
  );
}

function Stage({ view }: { view: Reimaging }) {
  switch (stageOf(view)) {
    case "open":
      return <Running view={view} />;
    case "covering":
      return <Covered view={view} />;
    case "final":
      return <Finished view={view} />;
    case "failed":
      return <Failed view={view} />;
  }
}
