// A key in one click, shown once, and the recipe's four calls to use it with.
import { Button, Code } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMay } from "../../components/session";
import { api } from "../../lib/api";
import { absoluteTime } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { apiPanel, home as texts } from "../../texts/home";
import { ApiPanel, KEY_SCOPES } from "./ApiPanel";
import { WayCard } from "./WayCard";

export function UseApi() {
  const [open, setOpen] = useUrlWord("api");
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
      <ApiPanel
        opened={open !== ""}
        onClose={close}
        apiKey={making.data?.key ?? null}
        error={making.error}
        isMaking={making.isPending}
        onMake={mayMakeKeys ? make : null}
      />
    </>
  );
}
