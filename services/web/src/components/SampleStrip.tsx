// The first row of a model's sheet of samples; the sheet itself is on the model's page.

import { fileUrl } from "../lib/card";
import { texts } from "../texts";
import classes from "./SampleStrip.module.css";

interface SampleStripProps {
  modelId: string;
  name: string;
  version?: number | string;
}

export function SampleStrip({ modelId, name, version = "latest" }: SampleStripProps) {
  return (
    <img
      className={classes.strip}
      src={fileUrl(modelId, version, "samples.png")}
      alt={`${name}: five samples, ${texts.common.computerMade}`}
      width={664}
      height={134}
      loading="lazy"
      decoding="async"
    />
  );
}
