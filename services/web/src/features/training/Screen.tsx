// One training: what it does now, its curves, and the faces that it draws.
import { Button, Grid, Stack } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Answer } from "../../components/Answer";
import { JobActions } from "../../components/JobActions";
import { Page } from "../../components/Page";
import { plural } from "../../lib/format";
import { training as words } from "../../texts/training";
import { Curves } from "./Curves";
import { EventLog } from "./EventLog";
import { Order } from "./Order";
import { Outcome } from "./Outcome";
import { Scrubber } from "./Scrubber";
import { StatusLine } from "./StatusLine";
import { type Training, useLive, useTraining } from "./useFollowed";
import { Verdicts } from "./Verdicts";

export function Screen() {
  const { trainingId = "" } = useParams();
  const training = useTraining(trainingId);
  if (training.data) return <Followed key={training.data.id} training={training.data} />;
  return (
    <Page title={words.noSuch}>
      <Answer query={training}>{() => null}</Answer>
    </Page>
  );
}

function Followed({ training }: { training: Training }) {
  const { lines, fresh } = useLive(training.id);
  const isModel = training.makes === "model" && !training.dry_run;
  return (
    <Page
      title={training.dry_run ? words.estimateTitle(training.name) : training.name}
      detail={<StatusLine training={training} />}
      actions={<Actions training={training} />}
    >
      <Outcome training={training} />
      <Verdicts training={training} />
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: isModel ? 7 : 8 }}>
          <Stack gap="lg">
            {!training.dry_run && <Curves training={training} fresh={fresh} />}
            <EventLog lines={lines} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: isModel ? 5 : 4 }}>
          <Stack gap="lg">
            {isModel && <Scrubber training={training} />}
            <Order training={training} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Actions({ training }: { training: Training }) {
  return (
    <>
      {training.model && (
        <Button component={Link} to={`/models/${training.model.model_id}`}>
          {words.toModel}
        </Button>
      )}
      <JobActions job={training} size="sm" cancelLoses={lostByCancel(training)} />
    </>
  );
}

/** What Cancel drops, in the training's own numbers. */
function lostByCancel({ progress, latest_metrics: latest, makes }: Training): string {
  if (makes === "selector") return words.cancelLosesSelector;
  const steps = latest.step ?? (progress?.unit === "step" ? progress.current : 0);
  return steps ? words.cancelLoses(plural(steps, "step")) : words.cancelLosesNothing;
}
