// One covered face, filled by one model: ordered when it is shown, answered in place.
import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { Face } from "../../components/Face";
import { ProblemCard } from "../../components/ProblemCard";
import type { Schemas } from "../../lib/api";
import { problemOfJob } from "../../lib/problem";
import { reimagePhoto } from "../../lib/reimagePhoto";
import { models } from "../../texts/models";

const SHOWN = 192;

interface FilledByProps {
  version: Schemas["ModelVersionView"];
  photo: File;
}

export function FilledBy({ version, photo }: FilledByProps) {
  const filled = useQuery({
    queryKey: ["filled", version.model_id, version.version, photo.name, photo.size, photo.lastModified],
    queryFn: () =>
      reimagePhoto(photo, {
        model: { model_id: version.model_id, version: version.version },
        purpose: models.comparing.purpose,
      }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (filled.error) return <ProblemCard error={filled.error} />;
  if (!filled.data)
    return <Skeleton w={SHOWN} h={SHOWN} role="status" aria-label={models.comparing.filling} />;
  const { id, error, result } = filled.data;
  if (error) return <ProblemCard error={problemOfJob(error)} />;
  if (!result?.steps?.final) return <Text>{filled.data.status}</Text>;
  return (
    <Link to={`/reimage/${id}`}>
      <Face
        src={result.steps.final}
        alt={`${photo.name} filled by ${version.name}`}
        side={version.resolution}
        size={SHOWN}
        synthetic
      />
    </Link>
  );
}
