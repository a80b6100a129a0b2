/** Colours and shapes: quiet surfaces, one petrol accent, and colour left for what needs a person. */
import { createTheme, localStorageColorSchemeManager, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#e6f5f9", "#cfe8f0", "#a0d0e0", "#6db7d0", "#46a2c2", "#2d91b4", "#1a7f9f", "#0b6a84", "#07576d", "#034557",
];
const slate: MantineColorsTuple = [
  "#e9eff5", "#c5d1dc", "#a3b3c2", "#7d8fa0", "#5b6d7e", "#34434f", "#24313d", "#18232d", "#111a22", "#0b1219",
];

export const schemeManager = localStorageColorSchemeManager({ key: "relay-scheme" });

export const theme = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 }, // both carry white words at 4.5:1 or more
  colors: { petrol, dark: slate },
  defaultRadius: "md",
  fontFamily: "var(--rr-font)",
  fontFamilyMonospace: "var(--rr-mono)",
  headings: { fontFamily: "var(--rr-font)", fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  // A dialog's heading is no banner of the page.
  components: { Modal: { defaultProps: { attributes: { header: { role: "presentation" } } } } },
});

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-body": "#f3f6f9", "--mantine-color-text": "#15202b", "--mantine-color-dimmed": "#52616f",
    "--mantine-color-placeholder": "#66737f", "--mantine-color-error": "#b3261e" },
  dark: { "--mantine-color-body": "#0b1219", "--mantine-color-text": "#e6edf3", "--mantine-color-dimmed": "#9fb0c0",
    "--mantine-color-placeholder": "#8496a6", "--mantine-color-error": "#ff9d94" },
});
