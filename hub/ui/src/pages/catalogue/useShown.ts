import { useFilters, useTyped } from "../../parts/Pickers";

/** So many rows of a list that is there whole are drawn at once; who looks for another one types. */
export const AT_ONCE = 200;

/** The rows that hold all the words that were typed, from the address; all lists here are short enough to be there whole. */
export function useShown<Row>(rows: readonly Row[], textOf: (row: Row) => string) {
  const { values, set, clear } = useFilters(["text"] as const);
  const [text, setText] = useTyped(values.text, (value) => set("text", value));
  const words = (values.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const has = textOf(row).toLowerCase();
    return words.every((each) => has.includes(each));
  });
  return { text, setText, found, shown: found.slice(0, AT_ONCE), any: words.length > 0, clear };
}
