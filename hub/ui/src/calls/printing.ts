/** Labels and command cards, drawn by the hub as PDF or in ZPL II. */
import { call, file, query } from "../api";
import type { Schema } from "../schemas";

export type Form = NonNullable<Schema<"LabelList">["format"]>;
/** As the hub bounds it: labels in one request. */
export const MOST_LABELS = 100;
export type Paper = Required<Pick<Schema<"LabelList">, "width_mm" | "height_mm" | "dpi">>;
export type Label = Required<Pick<Schema<"LabelInput">, "code" | "title">>;
export type Bin = Schema<"BinModel">;
export type GoodsCode = Schema<"GoodsCodeModel">;

const LONGEST_MS = 120_000;

export const printing = {
  bins: (site: string) => call<Schema<"Bins">>("GET", `/sites/${encodeURIComponent(site)}/bins`),
  goods: () => call<Schema<"GoodsCodes">>("GET", "/goods-codes"),
  labels: (kind: "place" | "goods" | "item", labels: Label[], paper: Paper, copies: number, format: Form, square = false) =>
    file("POST", "/labels", { kind, labels, square, ...paper, copies, format }, LONGEST_MS),
  cards: (tasks: string[], paper: Paper, format: Form) =>
    file("GET", "/cards" + query({ ...paper, format }) + tasks.map((task) => `&task=${encodeURIComponent(task)}`).join(""), undefined, LONGEST_MS),
};
