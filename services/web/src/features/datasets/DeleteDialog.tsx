// Deleting a dataset: what is lost, and who uses it when the service says so.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Answer } from "../../components/Answer";
import { ProblemCard } from "../../components/ProblemCard";
import { api } from "../../lib/api";
import { asProblem } from "../../lib/problem";
import { texts as shared } from "../../texts";
import { dialogs } from "../../texts/datasetDialogs";
import { useDataset } from "./useDataset";

const texts = dialogs.delete;

export function DeleteDialog({ datasetId, onClose }: { datasetId: string; onClose: () => void }) {
  const dataset = useDataset(datasetId);
  const queries = useQueryClient();
  const remove = api.useMutation("delete", "/v1/datasets/{dataset_id}", {
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: ["get", "/v1/datasets"] });
      onClose();
    },
  });
  const error: unknown = remove.error;
  const refused = error ? asProblem(error).problem : null;
  const isUsed = refused?.code === "dataset_in_use";
  const press = (force: boolean): void =>
    remove.mutate({ params: { path: { dataset_id: datasetId }, query: force ? { force } : {} } });
  return (
    <Answer query={dataset}>
      {({ name, image_count, latest_version }) => (
        <Stack>
          <Text>{texts.loses(name, image_count, latest_version)}</Text>
          {isUsed && <Text fw={600}>{texts.used(usersOf(refused))}</Text>}
          {refused && <ProblemCard error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {shared.common.keep}
            </Button>
            <Button color="red" loading={remove.isPending} onClick={() => press(isUsed)}>
              {isUsed ? texts.force : texts.button}
            </Button>
          </Group>
        </Stack>
      )}
    </Answer>
  );
}

/** The problem's own extension: ids of models and jobs. */
function usersOf(problem: object): string[] {
  const users = "users" in problem ? problem.users : [];
  return Array.isArray(users) ? users.map(String) : [];
}
