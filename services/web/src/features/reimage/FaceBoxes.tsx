// Several faces in a photograph: numbered boxes over it, from the left; one is chosen.
import { UnstyledButton } from "@mantine/core";
import { reimage as texts } from "../../texts/reimage";
import classes from "./reimage.module.css";

interface FaceBoxesProps {
  faces: { index: number; box: readonly number[] }[];
  chosen: number | null;
  /** Of the photograph, in pixels. */
  sides: { width: number; height: number };
  onChoose: (face: number) => void;
}

export function FaceBoxes({ faces, chosen, sides, onChoose }: FaceBoxesProps) {
  if (faces.length < 2 && chosen !== null) return null;
  const share = (part = 0, whole: number): string => `${(100 * part) / whole}%`;
  return faces.map(({ index, box: [left, top, width, height] }) => (
    <UnstyledButton
      key={index}
      className={classes.faceBox}
      aria-label={texts.faceNumber(index + 1)}
      aria-pressed={chosen === index}
      style={{
        left: share(left, sides.width),
        top: share(top, sides.height),
        width: share(width, sides.width),
        height: share(height, sides.height),
      }}
      onClick={() => chosen !== index && onChoose(index)}
    >
      <span className={classes.faceNumber}>{index + 1}</span>
    </UnstyledButton>
  ));
}
