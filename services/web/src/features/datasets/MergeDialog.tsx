// The chosen datasets as one new dataset (`pick=` of the address names them).
import { Badge, Group, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Loading } from "../../components/Loading";
import { ProblemCard } from "../../components/ProblemCard";
import { api } from "../../lib/api";
import { count } from "../../lib/format";
import { useUrlWords } from "../../lib/urlState";
import { common } from "../../texts/common";
import { dialogs as texts } from "../../texts/datasetDialogs";
import { NewSet } from "./NewSet";

export function MergeDialog({ onClose }: { onClose: () => void }) {
  const [picked] = useUrlWords("pick");
  const answers = useQueries({
    queries: picked.map((id) =>
      api.queryOptions("get", "/v1/datasets/{dataset_id}", { params: { path: { dataset_id: id } } }),
    ),
  });
  const parts = answers.flatMap(({ data }) => data ?? []);
  if (picked.length < 2) return <Text>{texts.merge.few}</Text>;
  const failed = answers.find(({ error }) => error);
  if (failed) return <ProblemCard error={failed.error} onRetry={() => failed.refetch()} />;
  if (parts.length < picked.length) return <Loading label={common.loading} />;
  const role = parts.every((part) => part.role === "test") ? "test" : "train";
  return (
    <NewSet
      name={texts.merge.name(parts.map((part) => part.name))}
      forRole={role}
      source={{ type: "merge", parts: picked.map((id) => ({ dataset_id: id })) }}
      button={texts.merge.button}
      onClose={onClose}
    >
      <Text>{texts.merge.how}</Text>
      <Group gap={6}>
        {parts.map((part) => (
          <Badge key={part.id} variant="light" tt="none" size="lg">
            {part.name} · {count(part.image_count)}
          </Badge>
        ))}
      </Group>
    </NewSet>
  );
}
