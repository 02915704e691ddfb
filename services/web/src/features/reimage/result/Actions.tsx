// What may be done with a result: take it along, prove it, pass it on, delete it.
import { Button, CopyButton, Group, Menu, Text } from "@mantine/core";
import { IconDots, IconDownload, IconLink } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { memo, useState } from "react";
import { useNavigate } from "react-router";
import { ConfirmButton } from "../../../components/ConfirmButton";
import { CopyAsCall } from "../../../components/CopyAsCall";
import { Moment } from "../../../components/Moment";
import { ProblemCard } from "../../../components/ProblemCard";
import { client } from "../../../lib/api";
import { duration } from "../../../lib/format";
import { asProblem } from "../../../lib/problem";
import { reimage as texts } from "../../../texts/reimage";
import { callOf, pythonOf } from "../asCall";
import { askedOf, type Candidate, type Reimaging } from "../reimaging";

interface ActionsProps {
  /** What is shown: the re-imaging, or the same by another K. */
  view: Reimaging;
  base: Reimaging;
  candidate: Candidate;
}

export const Actions = memo(function Actions({ view, base, candidate }: ActionsProps) {
  const remove = useRemove(base, view);
  const bundle = view.files["bundle.zip"];
  return (
    <>
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
          <CopyButton value={window.location.href}>
            {({ copied, copy }) => (
              <Button variant="default" leftSection={<IconLink size={16} aria-hidden />} onClick={copy}>
                {copied ? texts.copied : texts.copyLink}
              </Button>
            )}
          </CopyButton>
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
          <ConfirmButton
            variant="subtle"
            loading={remove.isBusy}
            loses={texts.deleteLoses(view.result?.candidates?.length ?? 0)}
            onConfirm={remove.go}
          >
            {texts.deleteNow}
          </ConfirmButton>
        </Group>
      </Group>
      {Boolean(remove.error) && <ProblemCard error={remove.error} />}
    </>
  );
});

/** The result, the same by other K, and the look for its covering that it came from: all go. */
function useRemove(base: Reimaging, view: Reimaging) {
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: null });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const go = async (): Promise<void> => {
    setState({ isBusy: true, error: null });
    try {
      const tuned = queries.getQueriesData<Reimaging>({ queryKey: ["tuned", base.id] });
      const looked = await lookedFor(base);
      const others = [...tuned.map(([, one]) => one?.id), view.id, looked];
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
