// Uploads that a reload or a break cut off: how to go on with them, or let them go.
import { Alert, Button, Group, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { client } from "../../../lib/api";
import { bytes } from "../../../lib/format";
import { ApiProblem } from "../../../lib/problem";
import { forgetUpload, type KeptUpload, keptUploads } from "../../../lib/uploads";
import { importing as texts } from "../../../texts/datasets";

const KEY = ["unfinished uploads"];

/** Those that the service still waits for; what it no longer knows is forgotten here too. */
async function openUploads(): Promise<KeptUpload[]> {
  const found = await Promise.all(keptUploads().map(async (kept) => ((await isOpen(kept.id)) ? kept : null)));
  return found.filter((kept) => kept !== null);
}

async function isOpen(id: string): Promise<boolean> {
  try {
    const { data } = await client.GET("/v1/uploads/{upload_id}", { params: { path: { upload_id: id } } });
    return data?.status === "open";
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 404) forgetUpload(id);
    return false;
  }
}

export function Unfinished() {
  const queries = useQueryClient();
  const uploads = useQuery({ queryKey: KEY, queryFn: openUploads });
  const forget = async (id: string): Promise<void> => {
    forgetUpload(id);
    queries.invalidateQueries({ queryKey: KEY });
    await client.DELETE("/v1/uploads/{upload_id}", { params: { path: { upload_id: id } } }).catch(() => null); // it goes by itself later
  };
  return (uploads.data ?? []).map((upload) => (
    <Alert
      key={upload.id}
      color="yellow"
      variant="light"
      icon={<IconUpload aria-hidden />}
      title={texts.unfinished(upload.name, bytes(upload.bytes))}
    >
      <Group justify="space-between" gap="xs">
        <Text fz="sm">{texts.unfinishedHow}</Text>
        <Button size="compact-sm" variant="default" onClick={() => forget(upload.id)}>
          {texts.forget}
        </Button>
      </Group>
    </Alert>
  ));
}
