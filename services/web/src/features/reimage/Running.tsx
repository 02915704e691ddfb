// While it runs the picture stays, with what is covered; it can be called off.
import { Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { JobStatus } from "../../components/JobStatus";
import { ProblemCard } from "../../components/ProblemCard";
import { api } from "../../lib/api";
import { plural } from "../../lib/format";
import { reimage as texts } from "../../texts/reimage";
import { Covering } from "./Covering";
import { usePictureUrl } from "./picture";
import classes from "./reimage.module.css";
import { askedOf, type Reimaging } from "./reimaging";

export function Running({ view }: { view: Reimaging }) {
  const picture = usePictureUrl(view);
  const { covering } = askedOf(view);
  const cancel = api.useMutation("post", "/v1/jobs/{job_id}/cancel");
  const map = covering.covering_id ? `/v1/coverings/${covering.covering_id}/content` : null;
  return (
    <div className={classes.stage}>
      {picture ? <Covering picture={picture} alt={texts.pictureSent} map={map} /> : <Loader />}
      <Stack gap="sm" className={classes.side}>
        <Group gap="xs">
          <Title order={2}>{texts.running}</Title>
          <JobStatus job={view} />
        </Group>
        <Text c="dimmed" role="status">
          {view.status === "queued" && view.queue_position != null
            ? texts.inQueue(plural(view.queue_position, "job"))
            : texts.runningDetail}
        </Text>
        <Group>
          {view.allowed_actions.includes("cancel") && (
            <Button
              variant="default"
              loading={cancel.isPending || view.cancel_requested}
              onClick={() => cancel.mutate({ params: { path: { job_id: view.id } } })}
            >
              {texts.cancel}
            </Button>
          )}
        </Group>
        {cancel.error && <ProblemCard error={cancel.error} />}
      </Stack>
    </div>
  );
}
