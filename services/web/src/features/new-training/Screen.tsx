// Ordering a training: one page, every choice in the address, and at its side what it would take.
import { Button, Grid, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { CopyAsCall } from "../../components/CopyAsCall";
import { Page } from "../../components/Page";
import { ProblemCard } from "../../components/ProblemCard";
import { useMay } from "../../components/session";
import { asProblem } from "../../lib/problem";
import { orderCall, orderPython, orderTraining, type TrainingBody } from "../../lib/trainingCalls";
import { newTraining as words } from "../../texts/newTraining";
import { AdvancedSection } from "./AdvancedSection";
import { EstimatePanel } from "./EstimatePanel";
import { FacesSection } from "./FacesSection";
import { shownAtFields } from "./fieldErrors";
import { NetworkSection } from "./NetworkSection";
import { NoticeSection } from "./NoticeSection";
import { bodyOf } from "./order";
import { ProbeSection } from "./ProbeSection";
import { StartSection } from "./StartSection";
import { useEstimate } from "./useEstimate";
import { type SectionProps, useOrder } from "./useOrder";

export function Screen() {
  const [order, change] = useOrder();
  const [photo, setPhoto] = useState<string | null>(null);
  const body = useMemo(() => bodyOf(order, photo), [order, photo]);
  const hasFaces = order.data.length > 0;
  const estimate = useEstimate(hasFaces ? body : null);
  const starting = useStart();
  const error = starting.error ?? estimate.error;
  const problem = error ? asProblem(error) : null;
  const section: SectionProps = { order, change, problem };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    starting.mutate(body);
  };
  return (
    <Page title={words.title} detail={words.detail}>
      <form onSubmit={submit}>
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, md: 8 }}>
            <Stack gap="lg">
              <FacesSection {...section} />
              <NetworkSection {...section} dryRun={estimate.dryRun} />
              <StartSection {...section} />
              <AdvancedSection {...section} />
              <ProbeSection {...section} photo={photo} onPhoto={setPhoto} />
              <NoticeSection {...section} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <EstimatePanel estimate={estimate} hasFaces={hasFaces}>
              {problem && (
                <ProblemCard
                  error={problem}
                  onRetry={estimate.again}
                  shownAtFields={shownAtFields(problem)}
                />
              )}
              <Submit isBusy={starting.isPending} body={body} isReady={hasFaces} />
            </EstimatePanel>
          </Grid.Col>
        </Grid>
      </form>
    </Page>
  );
}

function useStart() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: TrainingBody) =>
      orderTraining(body, { headers: { "Idempotency-Key": crypto.randomUUID() } }),
    onSuccess: async (training) => {
      await queries.invalidateQueries();
      await navigate(`/trainings/${training.id}`);
    },
  });
}

interface SubmitProps {
  body: TrainingBody;
  isBusy: boolean;
  isReady: boolean;
}

function Submit({ body, isBusy, isReady }: SubmitProps) {
  const may = useMay("trainings:write");
  return (
    <Stack gap="xs">
      <Button type="submit" size="md" fullWidth loading={isBusy} disabled={!may || !isReady}>
        {words.submit}
      </Button>
      {!may && <Text fz="sm">{words.mayNot}</Text>}
      <CopyAsCall call={orderCall(body)} python={orderPython(body)} />
    </Stack>
  );
}
