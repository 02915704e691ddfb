// What may be done with a result: take it along, prove it, pass it on, delete it.
import { Button, Group, Menu, Text } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconDots, IconDownload, IconLink } from "@tabler/icons-react";
import { memo } from "react";
import { CopyAsCall } from "../../../components/CopyAsCall";
import { Moment } from "../../../components/Moment";
import { duration } from "../../../lib/format";
import { reimage as texts } from "../../../texts/reimage";
import { callOf, pythonOf } from "../asCall";
import { DeleteNow } from "../DeleteNow";
import type { Candidate, Reimaging } from "../reimaging";

interface ActionsProps {
  /** What is shown: the re-imaging, or the same by another K. */
  view: Reimaging;
  base: Reimaging;
  candidate: Candidate;
}

export const Actions = memo(function Actions({ view, base, candidate }: ActionsProps) {
  const link = useClipboard();
  const bundle = view.files["bundle.zip"];
  return (
    <Group gap="xs" justify="space-between" className="no-print">
      <Text fz="sm" c="dimmed">
        <Moment at={base.created_at} />
        {base.duration_ms != null && `, ${texts.took(duration(base.duration_ms / 1000))}`}
      </Text>
      <Group gap="xs">
        {bundle && (
          <Button
            component="a"
            href={bundle}
            download={`${view.id}.zip`}
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {texts.downloadBundle}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconLink size={16} aria-hidden />}
          onClick={() => link.copy(window.location.href)} // as it is by then: not all that it says is drawn here
        >
          {link.copied ? texts.copied : texts.copyLink}
        </Button>
        <CopyAsCall call={callOf(view)} python={pythonOf(view, candidate.index)} />
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <Button variant="default" px="xs" aria-label={texts.moreActions}>
              <IconDots size={18} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {view.result?.labelled && (
              <Menu.Item component="a" href={view.result.labelled} download="labelled.png">
                {texts.downloadLabelled}
              </Menu.Item>
            )}
            {view.result?.contact_sheet && (
              <Menu.Item component="a" href={view.result.contact_sheet} download="contact-sheet.png">
                {texts.downloadSheet}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <DeleteNow
          view={base}
          also={view.id}
          loses={texts.deleteLoses(view.result?.candidates?.length ?? 0)}
        />
      </Group>
    </Group>
  );
});
