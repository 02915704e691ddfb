// One accent, one radius, one rhythm; every text colour holds 4.5:1 on its ground in both schemes.
import { createTheme, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e9f6f6",
  "#d5ebec",
  "#a9d6d8",
  "#79c0c3",
  "#4fabaf",
  "#2f979c",
  "#15797e",
  "#0b6a6f",
  "#0b5f63",
  "#07484b",
];

export const theme = createTheme({
  primaryColor: "petrol",
  colors: { petrol },
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  luminanceThreshold: 0.26,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.625rem", lineHeight: "1.25" },
      h2: { fontSize: "1.1875rem", lineHeight: "1.35" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  respectReducedMotion: true,
});
