// A sheet of faces as the service drew it: whole pixels, its statement below them; it keeps its room while another loads.
import { Box } from "@mantine/core";
import { useEffect, useState } from "react";

interface SheetProps {
  src: string;
  /** The one that will be wanted next: fetched ahead. */
  next: string | null;
  alt: string;
}

const USUAL = { width: 664, height: 704 }; // 25 faces of 128 pixels and a strip of words

export function Sheet({ src, next, alt }: SheetProps) {
  const [size, setSize] = useState(USUAL);
  useEffect(() => {
    if (next) new Image().src = next;
  }, [next]);
  return (
    <Box
      component="img"
      src={src}
      alt={alt}
      width={size.width}
      height={size.height}
      onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
        setSize((known) => (known.width === width && known.height === height ? known : { width, height }))
      }
      style={{
        display: "block",
        maxWidth: "100%",
        height: "auto",
        borderRadius: "var(--mantine-radius-sm)",
      }}
    />
  );
}
