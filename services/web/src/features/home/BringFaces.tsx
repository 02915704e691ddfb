// To the import dialog of the datasets.
import { Button } from "@mantine/core";
import { IconFileTypeCsv, IconFileZip, IconFolder, IconPhoto, IconUpload } from "@tabler/icons-react";
import { Link } from "react-router";
import { home as texts } from "../../texts/home";
import { WayCard } from "./WayCard";

const SORTS = { photo: IconPhoto, folder: IconFolder, zip: IconFileZip, table: IconFileTypeCsv };

export function BringFaces() {
  return (
    <WayCard
      title={texts.bringTitle}
      detail={texts.bringDetail}
      picture={Object.entries(SORTS).map(([sort, Icon]) => (
        <Icon key={sort} size={40} stroke={1.2} aria-hidden />
      ))}
      action={
        <Button
          component={Link}
          to="/datasets?import=1"
          fullWidth
          variant="default"
          leftSection={<IconUpload size={18} stroke={1.8} aria-hidden />}
        >
          {texts.bringButton}
        </Button>
      }
    />
  );
}
