// What a job allows now, as buttons; those that lose or end something are asked twice.
import { Button, type ButtonProps, Group, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { act, type Job, type JobAction, screenOf } from "../lib/jobs";
import { actionWords, jobs as words } from "../texts/jobs";
import { ConfirmButton } from "./ConfirmButton";
import { ProblemCard } from "./ProblemCard";

interface JobActionsProps {
  job: Pick<Job, "id" | "kind" | "allowed_actions">;
  size?: ButtonProps["size"];
  /** What Cancel loses, where the screen knows it better: "Drops 41,000 steps." */
  cancelLoses?: string;
}

export function JobActions({ job, size = "xs", cancelLoses }: JobActionsProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const acting = useMutation({
    mutationFn: (action: JobAction) => act(job.id, action),
    onSuccess: async (moved, action) => {
      await queries.invalidateQueries();
      const screen = screenOf(moved);
      if (action === "retry" && screen) await navigate(screen);
    },
  });
  const loses: Partial<Record<JobAction, string>> = {
    cancel: cancelLoses ?? (job.kind === "training" ? words.loses.training : words.loses.other),
    stop: words.loses.stop,
  };
  if (!job.allowed_actions.length) return null;
  return (
    <Stack gap="xs" align="flex-start">
      <Group gap={6}>
        {job.allowed_actions.map((action) => {
          const lost = loses[action];
          return lost ? (
            <ConfirmButton
              key={action}
              size={size}
              color={action === "stop" ? "petrol" : "red"}
              loading={acting.isPending && acting.variables === action}
              loses={lost}
              onConfirm={() => acting.mutate(action)}
            >
              {actionWords[action]}
            </ConfirmButton>
          ) : (
            <Button
              key={action}
              size={size}
              variant="default"
              loading={acting.isPending && acting.variables === action}
              onClick={() => acting.mutate(action)}
            >
              {actionWords[action]}
            </Button>
          );
        })}
      </Group>
      {acting.error && <ProblemCard error={acting.error} />}
    </Stack>
  );
}
