// Nothing came of it: why, in the service's words, and the remedy at hand.
import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { ProblemCard } from "../../../components/ProblemCard";
import { useUrlWord } from "../../../lib/urlState";
import { reimage as texts } from "../../../texts/reimage";
import { Covering } from "../Covering";
import { UploadButton } from "../choose/UploadButton";
import { DeleteNow } from "../DeleteNow";
import { Editing } from "../Editing";
import { FaceBoxes } from "../FaceBoxes";
import { usePictureUrl } from "../picture";
import { useSides } from "../pixels";
import classes from "../reimage.module.css";
import { askedOf, type Reimaging } from "../reimaging";
import { useOrderAgain } from "../useOrder";
import { type Facts, facesOf, reachableOf } from "./facts";
import { NoSuitableModel } from "./NoSuitableModel";
import { problemOfJob } from "./problemOfJob";
import { Reachable } from "./Reachable";
import { remediesFor } from "./remedies";

export function Failed({ view }: { view: Reimaging }) {
  const [mode, setMode] = useUrlWord("view");
  const ordering = useOrderAgain(view);
  const picture = usePictureUrl(view);
  const sides = useSides(picture);
  const code = view.error?.code ?? view.status;
  const facts: Facts = view.error ?? {};
  const faces = facesOf(facts);
  if (mode === "edit" && picture) return <Editing view={view} onDone={() => setMode(null)} />;
  const { covering } = askedOf(view);
  const map = covering.covering_id ? `/v1/coverings/${covering.covering_id}/content` : null;
  const until = askedOf(view).until;
  return (
    <div className={classes.stage} data-wide={faces.length > 0 || undefined}>
      {picture && (
        <Covering picture={picture} alt={texts.pictureSent} map={map} most={faces.length > 0 ? 776 : 448}>
          {sides && faces.length > 0 && (
            <FaceBoxes
              faces={faces}
              chosen={null}
              sides={sides}
              onChoose={(face) => ordering.again({ face, until: "covering" })}
            />
          )}
        </Covering>
      )}
      <Stack gap="md" className={classes.side}>
        {code === "no_suitable_model" ? (
          <NoSuitableModel facts={facts} message={view.error?.message ?? ""} ordering={ordering} />
        ) : faces.length > 0 && picture ? (
          <Stack gap={4} role="status">
            <Title order={2}>{texts.whichFace}</Title>
            <Text>{texts.whichFaceDetail(faces.length)}</Text>
          </Stack>
        ) : (
          <>
            <ProblemCard error={problemOfJob(view)} />
            <Text>{texts.remedies[code] ?? texts.remedy}</Text>
            {code === "attributes_unreachable" && (
              <Reachable
                reachable={reachableOf(facts)}
                wanted={askedOf(view).attributes}
                ordering={ordering}
              />
            )}
            <Group gap="xs">
              {remediesFor(code, Boolean(picture)).map(({ name, change }) => (
                <Button
                  key={name}
                  variant={name === "edit" ? "filled" : "default"}
                  loading={ordering.isPending}
                  onClick={() => (change ? ordering.again({ until, ...change }) : setMode("edit"))}
                >
                  {texts.remedyActions[name]}
                </Button>
              ))}
              <UploadButton variant="default" />
            </Group>
          </>
        )}
        <Group>
          <DeleteNow view={view} loses={texts.deleteFailed} />
        </Group>
        {Boolean(ordering.error) && <ProblemCard error={ordering.error} />}
      </Stack>
    </div>
  );
}
