// One accent, one radius, one rhythm; every text colour holds 4.5:1 on its ground in both schemes.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

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
  primaryShade: { light: 8, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.21,
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
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, centered: true } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    // In a narrow place words go on in the next line instead of ending in "…".
    SegmentedControl: { styles: { root: { maxWidth: "100%" }, label: { whiteSpace: "normal" } } },
    // A table that is wider than its place can be scrolled by the arrow keys too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
  },
});

// Texts of light badges, buttons, and alerts, and of what is less important: the library's own are too pale for 4.5:1.
const LIGHT_TEXTS = {
  green: "#1c6329",
  yellow: "#6b4300",
  red: "#a61e1e",
  gray: "#3d444b",
  petrol: petrol[9],
};

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5b636b",
    "--mantine-color-placeholder": "#6b737b",
    "--mantine-color-error": "#c01f1f",
    ...Object.fromEntries(
      Object.entries(LIGHT_TEXTS).map(([name, value]) => [`--mantine-color-${name}-light-color`, value]),
    ),
  },
  dark: {
    "--mantine-color-dimmed": "#a4a6ad",
    "--mantine-color-placeholder": "#9a9ca3",
    "--mantine-color-error": "#ff8787",
  },
});
