// The running list, newest first, each fact with its undo.

import { memo } from "./memo.ts";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useDesk } from "../context.ts";
import type { Desk } from "../desk.ts";
import { allRows, keyOf, type Seen } from "../screen.ts";
import type { Speech } from "../words.ts";
import { Sign } from "./Sign.tsx";
import { aboutOf, GoodsOf, wordOf, wordsOf } from "./Verdict.tsx";

export function Rows({ clock }: { clock(at: number): string }) {
  const { desk, say } = useDesk();
  const rows = allRows(desk.screen);
  const zone = desk.screen.hello?.zone;
  return (
    <section class="rows" aria-labelledby="rows-title">
      <header class="rows-head">
        <h2 id="rows-title">{say.t("list")}</h2>
        {zone && <span class="dim">{say.t("zone", { zone })}</span>}
      </header>
      {rows.length === 0 && <p class="empty">{say.t("list-empty")}</p>}
      <ol tabIndex={rows.length > 0 ? 0 : -1} aria-labelledby="rows-title">
        {rows.map((row) => (
          <Line key={keyOf(row)} row={row} at={clock(row.at)} say={say} desk={desk} asked={desk.undoing === keyOf(row)} />
        ))}
      </ol>
    </section>
  );
}

interface LineOf {
  row: Seen;
  at: string;
  say: Speech;
  desk: Desk;
  asked: boolean;
}

const Line = memo(function Line({ row, at, say, desk, asked }: LineOf) {
  const words = wordsOf(row, say);
  const sscc = desk.screen.hello?.printer ? /(?:^|\D)(?:00)?(\d{18})(?:\D|$)/.exec(row.label)?.[1] : undefined;
  const can = row.stored !== null && !row.undone;
  return (
    <li class={`row is-${row.verdict}${row.undone ? " undone" : ""}`} data-n={row.n} data-verdict={row.verdict}>
      <Sign of={row.verdict} />
      <div class="row-text">
        <p class="row-word">
          <strong>{wordOf(row, say)}</strong>
          <span class="dim"><time>{at}</time> · {say.t(`by-${row.via}`)}</span>
        </p>
        {row.goods && <GoodsOf goods={row.goods} />}
        <p class={row.goods ? "label small" : "label"}>{row.secret ? say.t("hidden") : row.label}</p>
        {words !== "" && <p class="row-what">{words}</p>}
        {row.late && <p class="row-what">{say.t("late")}</p>}
        {row.repeats > 0 && <p class="dim">{say.t("repeats", { n: row.repeats + 1 })}</p>}
        {asked && <Undoing desk={desk} say={say} row={row} />}
      </div>
      {can && !asked && (
        <div class="row-acts">
          <button type="button" onClick={() => desk.sayUndoing(keyOf(row))}
            aria-label={`${say.t("undo")}: ${aboutOf(row, say)}`}>{say.t("undo")}</button>
          {sscc && <button type="button" onClick={() => desk.print(sscc)}>{say.t("print-label")}</button>}
        </div>
      )}
    </li>
  );
});

function Undoing({ desk, say, row }: { desk: Desk; say: Speech; row: Seen }) {
  const yes = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => yes.current?.focus(), []);
  return (
    <div class="undoing" role="group" aria-label={say.t("undo-ask")}>
      <p>{say.t("undo-ask")}</p>
      <button type="button" ref={yes} class="bad" onClick={() => desk.undo(keyOf(row))}>{say.t("yes-undo")}</button>
      <button type="button" onClick={() => desk.sayUndoing(null)}>{say.t("keep")}</button>
    </div>
  );
}
