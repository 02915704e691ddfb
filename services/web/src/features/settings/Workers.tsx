// The processes behind the queues: where they run, what they have, how they do.
import { Alert, Badge, Stack, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Answer } from "../../components/Answer";
import { ConfirmButton } from "../../components/ConfirmButton";
import { EmptyState } from "../../components/EmptyState";
import { Moment } from "../../components/Moment";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { api, type Schemas } from "../../lib/api";
import { bytes } from "../../lib/format";
import { settings } from "../../texts/settings";

const words = settings.workers;
const RENEWED_EVERY_MS = 5_000;

export function Workers() {
  const maySee = useMay("admin");
  const queries = useQueryClient();
  const workers = api.useQuery(
    "get",
    "/v1/workers",
    {},
    { enabled: maySee, refetchInterval: RENEWED_EVERY_MS },
  );
  const drain = api.useMutation("post", "/v1/workers/{worker_id}/drain", {
    onSuccess: () => queries.invalidateQueries({ queryKey: ["get", "/v1/workers"] }),
  });
  if (!maySee) return <Alert color="gray">{words.needsAdmin}</Alert>;
  return (
    <Stack>
      <Text c="dimmed">{words.detail}</Text>
      {drain.error && <ProblemCard error={drain.error} />}
      <Answer
        query={workers}
        isEmpty={(list) => !list.data.length}
        empty={<EmptyState title={words.empty} detail={words.emptyDetail} />}
      >
        {(list) => (
          <Table.ScrollContainer minWidth={720}>
            <Table verticalSpacing="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{words.queue}</Table.Th>
                  <Table.Th>{words.state}</Table.Th>
                  <Table.Th>{words.device}</Table.Th>
                  <Table.Th>{words.memory}</Table.Th>
                  <Table.Th>{words.seen}</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.data.map((worker) => (
                  <Table.Tr key={worker.id}>
                    <Table.Td>
                      <Text fw={600}>{worker.queue}</Text>
                      <Text fz="xs" c="dimmed">
                        {worker.host}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <State worker={worker} />
                    </Table.Td>
                    <Table.Td>{worker.device ?? "CPU"}</Table.Td>
                    <Table.Td>
                      {worker.used_bytes !== null && bytes(worker.used_bytes)}
                      {worker.memory_bytes !== null && ` ${words.of} ${bytes(worker.memory_bytes)}`}
                    </Table.Td>
                    <Table.Td>
                      <Moment at={worker.seen_at} />
                    </Table.Td>
                    <Table.Td>
                      {!worker.is_draining && (
                        <ConfirmButton
                          size="xs"
                          color="petrol"
                          loses={words.drainLoses}
                          onConfirm={() => drain.mutate({ params: { path: { worker_id: worker.id } } })}
                        >
                          {words.drain}
                        </ConfirmButton>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Answer>
    </Stack>
  );
}

function State({ worker }: { worker: Schemas["WorkerView"] }) {
  const [color, word] = worker.is_draining
    ? ["yellow", words.draining]
    : worker.running_jobs
      ? ["petrol", words.working]
      : ["gray", words.idle];
  return (
    <Badge color={color} variant="light" tt="none">
      {worker.running_jobs ? `${word}, ${worker.running_jobs}` : word}
    </Badge>
  );
}
