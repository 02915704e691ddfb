// Re-image: choose a picture, see what is covered, run, look at what may lie beneath.
import { Box } from "@mantine/core";
import { memo } from "react";
import { useParams } from "react-router";
import { Page } from "../../components/Page";
import { reimage as texts } from "../../texts/reimage";
import { Chooser } from "./choose/Chooser";
import { DropEverywhere } from "./choose/DropEverywhere";
import { Welcome } from "./choose/Welcome";
import { One } from "./One";
import classes from "./reimage.module.css";
import { Verify } from "./Verify";

export function Screen() {
  return <Columns reimagingId={useParams().reimagingId} />;
}

/** What else changes in the address is for those that read it: a slider does not draw the whole screen anew. */
const Columns = memo(function Columns({ reimagingId }: { reimagingId: string | undefined }) {
  return (
    <DropEverywhere>
      <Page title={texts.title} detail={texts.detail} actions={<Verify />}>
        <Box className={classes.columns} data-open={reimagingId ? true : undefined}>
          <Chooser isBeside={Boolean(reimagingId)} />
          <Box component="section" aria-label={texts.picture} miw={0}>
            {reimagingId ? <One id={reimagingId} /> : <Welcome />}
          </Box>
        </Box>
      </Page>
    </DropEverywhere>
  );
});
