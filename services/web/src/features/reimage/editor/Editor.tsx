// Not built yet.
import type { Reimaging } from "../reimaging";

export function Editor({ view, onDone }: { view: Reimaging; onDone: () => void }) {
  return (
    <button type="button" onClick={onDone}>
      {view.id}
    </button>
  );
}
