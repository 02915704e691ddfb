// "Use this one": a model of the checkpoint that is shown, while its state is kept.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { client, type Schemas } from "../../lib/api";
import { count } from "../../lib/format";
import { useUrlWord } from "../../lib/urlState";
import { training as words } from "../../texts/training";
import type { Checkpoint } from "./useFollowed";

interface PromotionProps {
  trainingId: string;
  checkpoint: Checkpoint | undefined;
  kept: Checkpoint[];
}

export function Promotion({ trainingId, checkpoint, kept }: PromotionProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [, setStep] = useUrlWord("step");
  const may = useMay("trainings:write");
  const promoting = useMutation({
    mutationFn: async (step: number) => {
      const path = { training_id: trainingId, step };
      const { data } = await client.POST("/v1/trainings/{training_id}/checkpoints/{step}/promote", {
        params: { path, header: { "Idempotency-Key": crypto.randomUUID() } },
      });
      return data as Schemas["TrainingView"];
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries();
      await navigate(`/trainings/${made.id}`);
    },
  });
  const canUse = may && checkpoint?.is_resumable === true;
  return (
    <Stack gap="xs">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Button
          size="xs"
          style={{ flexShrink: 0 }}
          disabled={!canUse}
          loading={promoting.isPending}
          onClick={() => checkpoint && promoting.mutate(checkpoint.step)}
        >
          {words.use}
        </Button>
        <Text fz="xs" c="dimmed">
          {canUse ? words.useHow : words.useNot}
        </Text>
      </Group>
      {kept.length > 0 && (
        <Group gap={6}>
          <Text fz="sm">{words.keptAt}</Text>
          {kept.map(({ step }) => (
            <Button
              key={step}
              size="compact-sm"
              variant={step === checkpoint?.step ? "light" : "default"}
              aria-pressed={step === checkpoint?.step}
              onClick={() => setStep(String(step), { replace: true })}
            >
              {count(step)}
            </Button>
          ))}
        </Group>
      )}
      {promoting.error && <ProblemCard error={promoting.error} />}
    </Stack>
  );
}
