// Which dialog the address asks for: `import=1`, `merge=1`, `cover=`, `export=`, `share=`, `delete=` a dataset's id.
import { Modal } from "@mantine/core";
import { useSearchParams } from "react-router";
import { texts as shared } from "../../texts";
import { dialogs as texts } from "../../texts/datasetDialogs";
import { importing } from "../../texts/datasets";
import { CoverDialog } from "./CoverDialog";
import { DeleteDialog } from "./DeleteDialog";
import { ExportDialog } from "./ExportDialog";
import { ImportDialog } from "./importing/ImportDialog";
import { MergeDialog } from "./MergeDialog";
import { ShareDialog } from "./ShareDialog";

const OF_ONE = {
  cover: CoverDialog,
  export: ExportDialog,
  share: ShareDialog,
  delete: DeleteDialog,
};
const NAMES = ["import", "merge", "cover", "export", "share", "delete"] as const;
const PARTS = ["into", "job", "only"]; // what a dialog keeps in the address beside its name

export function Dialogs() {
  const [search, setSearch] = useSearchParams();
  const name = NAMES.find((one) => search.has(one));
  const close = (): void =>
    setSearch((current) => {
      const next = new URLSearchParams(current);
      for (const part of [...NAMES, ...PARTS]) next.delete(part);
      return next;
    });
  const title = name === "import" ? importing.title : name ? texts.titles[name] : "";
  return (
    <Modal
      opened={name !== undefined}
      onClose={close}
      title={title}
      size={name === "import" ? 720 : 560}
      closeButtonProps={{ "aria-label": shared.common.close }}
      styles={{ title: { fontWeight: 650, fontSize: "var(--mantine-h2-font-size)" } }}
    >
      {name === "import" && <ImportDialog onClose={close} />}
      {name === "merge" && <MergeDialog onClose={close} />}
      {name !== undefined && name in OF_ONE && (
        <OfOne name={name as keyof typeof OF_ONE} datasetId={search.get(name) ?? ""} onClose={close} />
      )}
    </Modal>
  );
}

interface OfOneProps {
  name: keyof typeof OF_ONE;
  datasetId: string;
  onClose: () => void;
}

function OfOne({ name, ...rest }: OfOneProps) {
  const Dialog = OF_ONE[name];
  return <Dialog {...rest} />;
}
