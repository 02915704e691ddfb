// A sheet of faces as the service drew it: whole pixels, its statement below them; it keeps its room while another loads.
import { useElementSize } from "@mantine/hooks";
import { useEffect, useState } from "react";
import classes from "./Sheet.module.css";

interface SheetProps {
  src: string;
  /** The one that will be wanted next: fetched ahead. */
  next: string | null;
  /** By how much its faces are enlarged already: it is shown in steps of whole pixels of theirs. */
  factor: number;
  alt: string;
}

const USUAL = { width: 664, height: 704 }; // 25 faces of 128 pixels and a strip of words

export function Sheet({ src, next, factor, alt }: SheetProps) {
  const [size, setSize] = useState(USUAL);
  useEffect(() => {
    if (next) new Image().src = next;
  }, [next]);
  const { ref, width: room } = useElementSize();
  const width = shownWidth(size.width, factor, room);
  return (
    <div ref={ref}>
      <img
        src={src}
        alt={alt}
        width={width}
        height={Math.round((size.height * width) / size.width)}
        className={factor > 1 ? classes.hard : classes.soft}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          setSize((known) =>
            known.width === naturalWidth && known.height === naturalHeight
              ? known
              : { width: naturalWidth, height: naturalHeight },
          )
        }
      />
    </div>
  );
}

/** How wide a sheet is shown: each pixel of a small face takes as many whole ones as there is room for. */
export function shownWidth(natural: number, factor: number, room: number): number {
  if (room <= 0 || room >= natural) return natural;
  const whole = Math.floor((room / natural) * factor);
  return whole >= 1 && factor > 1 ? Math.round((natural * whole) / factor) : Math.floor(room);
}
