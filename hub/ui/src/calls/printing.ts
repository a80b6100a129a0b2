/** Labels and command cards, drawn by the hub as PDF or in ZPL II. */
import { call, file, query } from "../api";

export type Form = "pdf" | "zpl";
/** As the hub bounds it: labels in one request. */
export const MOST_LABELS = 100;
export interface Paper {
  width_mm: number;
  height_mm: number;
  dpi: number;
}
export interface Label {
  code: string;
  title: string;
}
export interface Bin {
  code: string;
  kind: string;
  owner: string | null;
}
export interface GoodsCode {
  code: string;
  item: string;
  name: string;
  name_zh: string;
}

const LONGEST_MS = 120_000;

export const printing = {
  bins: (site: string) => call<{ bins: Bin[] }>("GET", `/sites/${encodeURIComponent(site)}/bins`),
  goods: () => call<{ codes: GoodsCode[] }>("GET", "/goods-codes"),
  labels: (kind: "place" | "goods", labels: Label[], paper: Paper, copies: number, format: Form) =>
    file("POST", "/labels", { kind, labels, ...paper, copies, format }, LONGEST_MS),
  cards: (tasks: string[], paper: Paper, format: Form) =>
    file("GET", "/cards" + query({ ...paper, format }) + tasks.map((task) => `&task=${encodeURIComponent(task)}`).join(""), undefined, LONGEST_MS),
};
