/** Tables from spreadsheets: tried first, then taken in whole. */
import { call, query } from "../api";
import type { Schema } from "../schemas";

export const KINDS = ["organisations", "sites", "bins", "catalogue", "kits", "people", "stock", "settlements"] as const;
export type Kind = (typeof KINDS)[number];

export type RowFault = Schema<"RowFault">;
export type Report = Schema<"ImportModel">;

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const LONGEST_MS = 180_000;

/** Where the table with the headings of a kind stands. */
export const template = (kind: Kind) => `/api/v1/imports/templates/${kind}.csv`;

export function importTable(kind: Kind, table: File, datum: string | null, dryRun: boolean): Promise<Report> {
  const body = new Blob([table], { type: /\.xlsx$/i.test(table.name) ? XLSX : "text/csv" });
  return call<Report>("POST", "/imports" + query({ kind, datum, dry_run: String(dryRun) }), body, LONGEST_MS);
}
