// The curves of a training, with one cursor for all of them and checkpoints marked on the axis.
import { Group, SegmentedControl, Skeleton, Stack, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { Answer } from "../../components/Answer";
import { Curve } from "../../components/Curve";
import { EmptyState } from "../../components/EmptyState";
import { isMoving } from "../../lib/jobs";
import { useUrlWord } from "../../lib/urlState";
import { training as words } from "../../texts/training";
import { type CurveGroup, groupsOf, linesOf, metricNames } from "./curveGroups";
import { continued, type Point } from "./points";
import { type Training, useCheckpoints, useCurves } from "./useFollowed";

interface CurvesProps {
  training: Training;
  /** Points that have come since the curves were read. */
  fresh: Point[];
}

export function Curves({ training, fresh }: CurvesProps) {
  const [scale, setScale] = useUrlWord("scale", "linear");
  const curves = useCurves(training.id);
  const read = curves.data?.points;
  const points = useMemo(() => continued(read ?? [], fresh), [read, fresh]);
  const names = useMemo(() => metricNames(points), [points]);
  const groups = groupsOf(names, training);
  return (
    <Stack gap="md" component="section" aria-label={words.curves}>
      <Group justify="space-between">
        <Title order={2}>{words.curves}</Title>
        {groups.length > 0 && (
          <SegmentedControl
            size="xs"
            aria-label={words.scale}
            data={[
              { value: "linear", label: words.linear },
              { value: "log", label: words.log },
            ]}
            value={scale === "log" ? "log" : "linear"}
            onChange={(chosen) => setScale(chosen, { replace: true })}
          />
        )}
      </Group>
      <Answer query={curves} skeleton={<Skeleton h={340} />}>
        {() =>
          groups.length ? (
            <Drawn groups={groups} points={points} training={training} isLog={scale === "log"} />
          ) : (
            <NoCurves training={training} />
          )
        }
      </Answer>
    </Stack>
  );
}

interface DrawnProps {
  groups: CurveGroup[];
  points: Point[];
  training: Training;
  isLog: boolean;
}

function Drawn({ groups, points, training, isLog }: DrawnProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const checkpoints = useCheckpoints(training.id);
  const marks = useMemo(() => checkpoints.data?.map(({ step }) => step) ?? [], [checkpoints.data]);
  const unit = training.makes === "selector" ? "epoch" : "step";
  return groups.map((group) => (
    <GroupCurve
      key={group.title}
      group={group}
      points={points}
      unit={unit}
      marks={marks}
      isLog={isLog}
      hovered={hovered}
      onHover={setHovered}
      sync={training.id}
    />
  ));
}

interface GroupCurveProps {
  group: CurveGroup;
  points: Point[];
  unit: string;
  marks: number[];
  isLog: boolean;
  hovered: number | null;
  onHover: (row: number | null) => void;
  sync: string;
}

function GroupCurve({ group, points, unit, sync, ...shown }: GroupCurveProps) {
  const key = group.names.join();
  const data = useMemo(() => linesOf(points, key.split(","), unit), [points, key, unit]);
  return (
    <Curve
      {...data}
      {...shown}
      title={group.title}
      group={sync}
      isShare={group.isShare}
      {...(group.detail && { detail: group.detail })}
      {...(group.band && { band: group.band })}
    />
  );
}

function NoCurves({ training }: { training: Training }) {
  const isComing = isMoving(training) || training.status === "paused";
  const ended = training.is_promotion ? words.noCurvesPromotion : words.noCurvesEnded;
  return <EmptyState title={words.noCurves} detail={isComing ? words.noCurvesDetail : ended} />;
}
