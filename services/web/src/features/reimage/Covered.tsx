// The covering is found: it is shown, may be mended, and then the face is filled.
import { Alert, Badge, Button, Card, Collapse, Group, Stack, Text, Title } from "@mantine/core";
import {
  IconAdjustmentsHorizontal,
  IconAlertTriangle,
  IconBrush,
  IconPlayerPlayFilled,
} from "@tabler/icons-react";
import { useState } from "react";
import { ProblemCard } from "../../components/ProblemCard";
import { Statement } from "../../components/Statement";
import { percent } from "../../lib/format";
import { asProblem } from "../../lib/problem";
import { useUrlWord } from "../../lib/urlState";
import { reimage as texts } from "../../texts/reimage";
import { Covering } from "./Covering";
import { DeleteNow } from "./DeleteNow";
import { Editing } from "./Editing";
import { FaceBoxes } from "./FaceBoxes";
import { PurposeFields, useDemandsPurpose } from "./PurposeFields";
import { usePictureUrl } from "./picture";
import { RunOptions } from "./RunOptions";
import classes from "./reimage.module.css";
import { doubtOf, type Options, type Reimaging } from "./reimaging";
import { useOrderAgain } from "./useOrder";

export function Covered({ view }: { view: Reimaging }) {
  const [mode, setMode] = useUrlWord("view");
  const { again, isPending, error } = useOrderAgain(view);
  const [options, setOptions] = useState<Options>({});
  const [isOpen, setIsOpen] = useState(false);
  const demandsPurpose = useDemandsPurpose();
  const picture = usePictureUrl(view);
  const result = view.result;
  if (!result || !picture) return null;
  const { photo, covering } = result;
  const doubt = doubtOf(covering);
  if (mode === "edit") return <Editing view={view} onDone={() => setMode(null)} />;
  const problem = error ? asProblem(error) : null;
  return (
    <div className={classes.stage}>
      <Covering picture={picture} alt={texts.pictureSent} map={photo?.covering ?? covering.map}>
        {photo && (
          <FaceBoxes
            faces={result.faces}
            chosen={result.face ?? 0}
            sides={photo}
            onChoose={(face) => again({ face, until: "covering", covering: {} })}
          />
        )}
      </Covering>
      <Stack gap="md" className={classes.side}>
        <Stack gap={6}>
          <Title order={2}>{texts.coveringIs(covering.kind)}</Title>
          <Text c="dimmed" role="status">
            {texts.coveringShare(percent(covering.share))}
          </Text>
          <Group gap={6}>
            <Badge variant="default" tt="none">
              {texts.foundBy[covering.by ?? "map"]}
            </Badge>
            {covering.confidence != null && (
              <Badge variant="default" tt="none">
                {texts.sure(percent(covering.confidence))}
              </Badge>
            )}
          </Group>
          {doubt && (
            <Alert color="yellow" variant="light" icon={<IconAlertTriangle aria-hidden />}>
              {texts[doubt]}
            </Alert>
          )}
        </Stack>
        {demandsPurpose && (
          <PurposeFields options={options} onChange={setOptions} refusal={problem} required />
        )}
        <Button
          size="lg"
          leftSection={<IconPlayerPlayFilled size={18} aria-hidden />}
          loading={isPending}
          onClick={() => again({ ...options, until: "final" })}
        >
          {texts.run}
        </Button>
        <Button
          variant="default"
          leftSection={<IconBrush size={16} aria-hidden />}
          onClick={() => setMode("edit")}
        >
          {texts.editCovering}
        </Button>
        <Button
          variant="subtle"
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {texts.options}
        </Button>
        <Collapse expanded={isOpen}>
          <Card withBorder p="md">
            <RunOptions
              options={options}
              onChange={setOptions}
              refusal={problem}
              isPurposeApart={demandsPurpose}
            />
          </Card>
        </Collapse>
        {problem && <ProblemCard error={problem} shownAtFields={demandsPurpose ? ["/purpose"] : []} />}
        <Statement c="dimmed" />
        <DeleteNow view={view} loses={texts.deleteLook} />
      </Stack>
    </div>
  );
}
