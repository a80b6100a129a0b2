/** A table that becomes a list of cards on narrow screens; its roles are spelled out because CSS takes them away. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export interface Column<Row> {
  key: string;
  /** Left empty: what can be done with the row. */
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  num?: boolean;
  /** Heads the card on narrow screens. */
  lead?: boolean;
  /** What can be done with the row: in the corner of the card on narrow screens. */
  corner?: boolean;
  /** Whether there is nothing to say, so that a card leaves the line out. */
  empty?: (row: Row) => boolean;
}

export function Table<Row>({ label, columns, rows, rowKey }: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row, index: number) => string;
}) {
  const { t } = useTranslation();
  return (
    <table className="rr-table" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" data-num={column.num || undefined}>
              {column.corner || !column.title ? <span className="rr-sr">{column.title || t("common.actions")}</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, index) => (
          <tr key={rowKey(row, index)} role="row">
            {columns.map((column) => (
              <td key={column.key} role="cell" data-label={column.title} data-num={column.num || undefined}
                data-lead={column.lead || undefined} data-corner={column.corner || undefined} data-empty={column.empty?.(row) || undefined}>
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
