// The covering editor: paint what is covered, then run, or look at it first.
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../../components/Answer";
import { ProblemCard } from "../../../components/ProblemCard";
import { Statement } from "../../../components/Statement";
import type { Schemas } from "../../../lib/api";
import { percent } from "../../../lib/format";
import { postForm } from "../../../lib/posting";
import { ApiProblem } from "../../../lib/problem";
import { editor as texts } from "../../../texts/editor";
import { usePictureUrl } from "../picture";
import { askedOf, type Reimaging } from "../reimaging";
import { useOrderAgain } from "../useOrder";
import { Board } from "./Board";
import classes from "./editor.module.css";
import { type Mask, mapOf, shareOf } from "./mask";
import { Sources } from "./Sources";
import { groundOf, mapUrlOf, maskFrom, pngOf } from "./source";
import { Toolbar } from "./Toolbar";
import { useEditor } from "./useEditor";

interface EditorProps {
  view: Reimaging;
  onDone: () => void;
}

export function Editor({ view, onDone }: EditorProps) {
  const picture = usePictureUrl(view);
  const query = useQuery({
    queryKey: ["painted on", view.id, picture],
    enabled: picture !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const pixels = await groundOf(picture ?? "");
      return { pixels, mask: await maskFrom(mapUrlOf(view), pixels) };
    },
  });
  return (
    <Answer query={query}>
      {({ pixels, mask }) => (
        <Painting view={view} picture={picture ?? ""} pixels={pixels} first={mask} onDone={onDone} />
      )}
    </Answer>
  );
}

interface PaintingProps extends EditorProps {
  picture: string;
  pixels: ImageData;
  first: Mask;
}

const MOST_COVERED = 0.9;

function Painting({ view, picture, pixels, first, onDone }: PaintingProps) {
  const editor = useEditor(pixels, first);
  const [feather, setFeather] = useState(askedOf(view).covering.feather);
  const ordering = useOrderAgain(view);
  const sending = useMutation({
    mutationFn: async (until: "covering" | "final") => ({ covering_id: await sent(editor.mask), until }),
    onSuccess: ({ covering_id, until }) => ordering.again({ covering: { covering_id, feather }, until }),
  });
  useHotkeys([
    ["mod+z", editor.undo],
    ["mod+shift+z", editor.redo],
    ["mod+y", editor.redo],
  ]);
  const share = shareOf(editor.mask);
  const isBusy = sending.isPending || ordering.isPending;
  const cannot =
    share === 0 ? texts.nothing : share > MOST_COVERED && !view.result?.photo ? texts.tooMuch : null;
  const error = sending.error ?? ordering.error;
  return (
    <div className={classes.editor}>
      <Stack gap="xs">
        <Board picture={picture} editor={editor} />
        <Text fz="sm" c="dimmed" id="editor-keys">
          {texts.keys}
        </Text>
      </Stack>
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Title order={2}>{texts.title}</Title>
          <Text fz="sm" c="dimmed">
            {texts.share(percent(share))}
          </Text>
        </Group>
        <Toolbar editor={editor} feather={feather} onFeather={setFeather} />
        <Sources view={view} pixels={pixels} mask={editor.mask} onMask={editor.apply} ordering={ordering} />
        {cannot && (
          <Text fz="sm" role="status">
            {cannot}
          </Text>
        )}
        <Button
          size="lg"
          leftSection={<IconPlayerPlayFilled size={18} aria-hidden />}
          loading={isBusy}
          disabled={cannot !== null}
          onClick={() => sending.mutate("final")}
        >
          {texts.run}
        </Button>
        <Group grow gap="xs">
          <Button
            variant="default"
            disabled={cannot !== null || isBusy}
            onClick={() => sending.mutate("covering")}
          >
            {texts.keep}
          </Button>
          <Button variant="subtle" onClick={onDone}>
            {texts.leave}
          </Button>
        </Group>
        {Boolean(error) && <ProblemCard error={error} />}
        <Statement c="dimmed" />
      </Stack>
    </div>
  );
}

/** Store the map; whoever drew it twice has it twice. */
async function sent(mask: Mask): Promise<string> {
  const map = new File([await pngOf(mapOf(mask))], "covering.png", { type: "image/png" });
  const covering = await postForm<Schemas["CoveringView"]>("/v1/coverings", { map }, { Prefer: "wait=10" });
  if (covering.error) throw refused(covering.error);
  return covering.id;
}

const refused = ({ code, message, retryable }: Schemas["JobErrorView"]): ApiProblem =>
  new ApiProblem({
    type: `/problems/${code.replaceAll("_", "-")}`,
    title: texts.refused,
    status: 0,
    detail: message,
    instance: "/v1/coverings",
    code,
    request_id: "",
    retryable,
    errors: [],
  });
