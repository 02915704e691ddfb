// A key in one click, shown once, and the recipe's four calls to use it with.
import { Button, Code } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { lazy, Suspense, useRef } from "react";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { absoluteTime } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { apiPanel, home as texts } from "../../texts/home";
import { WayCard } from "./WayCard";

const ApiPanel = lazy(async () => ({ default: (await import("./ApiPanel")).ApiPanel }));

/** What the four calls need, and no more. */
const KEY_SCOPES: Schemas["Scope"][] = [
  "datasets:read",
  "datasets:write",
  "trainings:read",
  "trainings:write",
  "models:read",
  "reimagings:read",
  "reimagings:write",
];

export function UseApi() {
  const [open, setOpen] = useUrlWord("api");
  const isNeeded = useRef(false); // from the first opening on: it closes by itself, and gives the focus back
  isNeeded.current ||= open !== "";
  const mayMakeKeys = useMay("admin");
  const making = api.useMutation("post", "/v1/api-keys");
  const make = (): void => {
    const name = `${apiPanel.keyName}, ${absoluteTime(new Date().toISOString())}`;
    making.mutate({ body: { name, scopes: [...KEY_SCOPES] } });
  };
  const close = (): void => {
    making.reset(); // the key leaves the page with the panel
    setOpen(null);
  };
  return (
    <>
      <WayCard
        title={texts.apiTitle}
        detail={texts.apiDetail}
        picture={
          <Code block fz="sm" lh={1.9} bg="transparent" c="inherit" aria-hidden>
            {texts.apiPaths.join("\n")}
          </Code>
        }
        action={
          <Button
            fullWidth
            variant="default"
            leftSection={<IconKey size={18} stroke={1.8} aria-hidden />}
            onClick={() => {
              if (mayMakeKeys) make();
              setOpen("1");
            }}
          >
            {mayMakeKeys ? texts.apiButton : texts.apiCalls}
          </Button>
        }
      />
      <Suspense>
        {isNeeded.current && (
          <ApiPanel
            opened={open !== ""}
            onClose={close}
            apiKey={making.data?.key ?? null}
            error={making.error}
            isMaking={making.isPending}
            onMake={mayMakeKeys ? make : null}
          />
        )}
      </Suspense>
    </>
  );
}
