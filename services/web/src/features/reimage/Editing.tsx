// The covering editor is fetched when it is first opened.
import { lazy, Suspense } from "react";
import { Loading } from "../../components/Loading";
import { reimage as texts } from "../../texts/reimage";
import type { Reimaging } from "./reimaging";

const Editor = lazy(async () => ({ default: (await import("./editor/Editor")).Editor }));

interface EditingProps {
  view: Reimaging;
  onDone: () => void;
}

export function Editing(props: EditingProps) {
  return (
    <Suspense fallback={<Loading label={texts.openingEditor} />}>
      <Editor {...props} />
    </Suspense>
  );
}
