// A dialog that makes a dataset and fills it by one import: the form first, then how the import goes.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { ImportProgress } from "../../components/ImportProgress";
import { ProblemCard } from "../../components/ProblemCard";
import type { Schemas } from "../../lib/api";
import { dropDataset, orderDataset, orderImport, type Source } from "../../lib/orders";
import { asProblem } from "../../lib/problem";
import { useUrlWord } from "../../lib/urlState";
import { dialogs as texts } from "../../texts/datasetDialogs";

interface NewSetProps {
  name: string;
  forRole: Schemas["Role"];
  source: Source;
  button: string;
  disabled?: boolean;
  children: ReactNode;
  onClose: () => void;
}

export function NewSet({ name, forRole, source, button, disabled, children, onClose }: NewSetProps) {
  const [typed, setTyped] = useState(name);
  const [job, setJob] = useUrlWord("job");
  const [into, setInto] = useState<string | null>(null);
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: async () => {
      const id = await orderDataset({ name: typed.trim(), role: forRole });
      try {
        const importId = await orderImport(id, source);
        setInto(id);
        return importId;
      } catch (error) {
        // Nothing comes into it: what was made for this is not left behind.
        await dropDataset(id);
        throw error;
      }
    },
    onSuccess: (id) => {
      setJob(id, { replace: true });
      queries.invalidateQueries({ queryKey: ["get", "/v1/datasets"] });
    },
  });
  const [isLost, setIsLost] = useState(false);
  const settle = (status: Schemas["JobStatus"]): void => {
    if (status === "succeeded" || !into) return;
    setIsLost(true);
    dropDataset(into).then(() => queries.invalidateQueries({ queryKey: ["get", "/v1/datasets"] }));
  };
  if (job)
    return (
      <Stack>
        <ImportProgress importId={job} onEnd={(ended) => settle(ended.status)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.done}
          </Button>
          {into && !isLost && (
            <Button component={Link} to={`/datasets/${into}`}>
              {texts.open}
            </Button>
          )}
        </Group>
      </Stack>
    );
  const refused = start.error ? asProblem(start.error) : null;
  return (
    <Stack>
      {children}
      <TextInput
        label={texts.newName}
        value={typed}
        maxLength={100}
        required
        error={refused?.of("/name")}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      {refused && <ProblemCard error={refused} shownAtFields={["/name"]} />}
      <Group justify="flex-end">
        <Button loading={start.isPending} disabled={disabled || !typed.trim()} onClick={() => start.mutate()}>
          {button}
        </Button>
      </Group>
    </Stack>
  );
}
