/** Tables from spreadsheets: tried first, then taken in whole. */
import { call, query } from "../api";

export const KINDS = ["organisations", "sites", "bins", "catalogue", "people", "stock", "settlements"] as const;
export type Kind = (typeof KINDS)[number];
export const DATUMS = ["WGS84", "GCJ-02", "BD-09"] as const;

export interface RowFault {
  /** As the spreadsheet numbers it; the headings are row 1, row 0 is the table as a whole. */
  row: number;
  column: string;
  value: string;
  message: string;
  remedy: string;
}
export interface Report {
  kind: string;
  taken: boolean;
  rows: number;
  added: number;
  changed: number;
  same: number;
  changes: { row: number; key: string; added: boolean; fields: Record<string, string> }[];
  faults: RowFault[];
  /** How many faults there are; the first thousand are listed. */
  total: number;
  invited: { name: string; path: string; expires_at: string }[];
}

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const LONGEST_MS = 180_000;

/** Where the table with the headings of a kind stands. */
export const template = (kind: Kind) => `/api/v1/imports/templates/${kind}.csv`;

export function importTable(kind: Kind, table: File, datum: string | null, dryRun: boolean): Promise<Report> {
  const body = new Blob([table], { type: /\.xlsx$/i.test(table.name) ? XLSX : "text/csv" });
  return call<Report>("POST", "/imports" + query({ kind, datum, dry_run: String(dryRun) }), body, LONGEST_MS);
}
