// A picture may be dropped anywhere on the screen, or pasted; the covering is looked for at once.
import { Box } from "@mantine/core";
import {
  createContext,
  type DragEvent,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { ProblemCard } from "../../../components/ProblemCard";
import { reimage as texts } from "../../../texts/reimage";
import type { Picture } from "../picture";
import classes from "../reimage.module.css";
import { useOrder } from "../useOrder";
import { useSameFunction } from "../useSameFunction";

interface Taking {
  take: (picture: Picture) => void;
  isTaking: boolean;
}

const TakingContext = createContext<Taking>({ take: () => undefined, isTaking: false });

/** Hands a picture in: its covering is found and shown. */
export const useTaking = (): Taking => useContext(TakingContext);

const TAKEN = ["image/png", "image/jpeg", "image/webp"];

const pictureIn = (files: FileList | undefined | null): File | undefined =>
  [...(files ?? [])].find(({ type }) => TAKEN.includes(type)) ?? files?.[0];

export function DropEverywhere({ children }: { children: ReactNode }) {
  const { mutate, error, isPending } = useOrder();
  const [isOver, setIsOver] = useState(false);
  const take = useSameFunction((picture: Picture) => mutate({ picture, options: { until: "covering" } }));
  const taking = useMemo(() => ({ take, isTaking: isPending }), [take, isPending]);
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const file = pictureIn(event.clipboardData?.files);
      if (!file) return; // words are for the field that has the focus
      event.preventDefault();
      take({ file, name: file.name });
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [take]);
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setIsOver(true);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    const file = pictureIn(event.dataTransfer.files);
    if (file) take({ file, name: file.name });
  };
  return (
    <TakingContext.Provider value={taking}>
      <Box
        className={classes.dropArea}
        data-over={isOver || undefined}
        data-hint={texts.dropHere}
        onDragOver={over}
        onDragLeave={(event) => event.currentTarget === event.target && setIsOver(false)}
        onDrop={drop}
      >
        {error && (
          <Box mb="md">
            <ProblemCard error={error} />
          </Box>
        )}
        {children}
      </Box>
    </TakingContext.Provider>
  );
}
