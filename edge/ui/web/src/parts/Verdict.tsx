// The one big answer: what became of the latest reading, or of the worst that nobody has looked at yet.

import { useDesk } from "../context.ts";
import type { Goods } from "../messages.ts";
import type { Look, Seen } from "../screen.ts";
import { toLookAt, waiting } from "../screen.ts";
import type { Speech } from "../words.ts";
import { Sign } from "./Sign.tsx";

export function Verdict() {
  const { desk, say } = useDesk();
  const { screen } = desk;
  const standing = toLookAt(screen);
  const sent = waiting(screen);
  const row = standing?.row ?? (sent ? null : screen.latest);
  const look = row ? row.verdict : sent ? "waits" : "ready";
  const others = screen.standing.length - 1;
  return (
    <section class={`verdict is-${look}`} data-verdict={look} data-n={row?.n ?? ""} aria-live="assertive" aria-atomic="true">
      <Sign of={look} />
      <div class="verdict-text">
        {row ? <About row={row} times={standing?.rows.length ?? 1} /> : <Ready sent={sent?.label} />}
      </div>
      {standing && (
        <div class="verdict-seen">
          <button type="button" class="seen" onClick={() => desk.acknowledge()}>{say.t("understood")}</button>
          {others > 0 && <span>{say.t("more-look", { n: others })}</span>}
        </div>
      )}
    </section>
  );
}

function About({ row, times }: { row: Seen; times: number }) {
  const { say } = useDesk();
  return (
    <>
      <p class="verdict-word">{wordOf(row, say)}</p>
      {row.goods && <GoodsOf goods={row.goods} />}
      <p class="verdict-what">{wordsOf(row, say)}</p>
      {row.late && <p class="verdict-what">{say.t("late")}</p>}
      {row.label !== "" && <p class={row.goods ? "label small" : "label"}>{row.label}</p>}
      {times > 1 && <p class="verdict-note">{say.t("more-like", { n: times })}</p>}
      {row.repeats > 0 && <p class="verdict-note">{say.t("repeats", { n: row.repeats + 1 })}</p>}
    </>
  );
}

/** Of what it is, as a person calls it. */
export function GoodsOf({ goods }: { goods: Goods }) {
  const { say } = useDesk();
  return (
    <p class="goods">
      <strong>{nameOf(goods, say)}</strong>
      {goods.lot !== "" && <span>{say.t("lot", { lot: goods.lot })}</span>}
    </p>
  );
}

/** 24 × Blanket; one piece says no number. */
export function nameOf(goods: Goods, say: Speech): string {
  const name = say.pick(goods.name);
  return goods.pieces !== null && goods.pieces !== 1 ? `${goods.pieces} × ${name}` : name;
}

function Ready({ sent }: { sent: string | undefined }) {
  const { desk, say } = useDesk();
  if (sent === undefined) return <p class="verdict-word">{say.t("begin")}</p>;
  return (
    <>
      <p class="verdict-word">{say.t(desk.screen.state?.busy ? "checking" : "being-stored")}</p>
      {sent !== "" && <p class="label">{sent}</p>}
    </>
  );
}

/** While something worse is shown: what became of the latest reading. */
export function Since() {
  const { desk, say } = useDesk();
  const { screen } = desk;
  const latest = screen.latest;
  if (!latest || toLookAt(screen) === null || toLookAt(screen)?.row === latest) return null;
  return (
    <p class={`since is-${latest.verdict}`}>
      <Sign of={latest.verdict as Look} />
      <span>{say.t("since")}: <strong>{wordOf(latest, say)}</strong> {aboutOf(latest, say)}</span>
    </p>
  );
}

/** A row in one line. */
export function aboutOf(row: Seen, say: Speech): string {
  if (!row.goods) return row.label || wordsOf(row, say);
  const name = nameOf(row.goods, say);
  return row.goods.lot === "" ? name : `${name}, ${say.t("lot", { lot: row.goods.lot })}`;
}

/** The verdict in one word or two. In practice nothing is called stored. */
export function wordOf(row: Seen, say: Speech): string {
  if (row.undone) return say.t("undone");
  if (row.reason === "unsure") return say.t("unanswered");
  const practised = row.stored?.stream === "practice" && (row.verdict === "stored" || row.verdict === "warned");
  return say.t(practised ? `practised-${row.verdict as "stored" | "warned"}` : row.verdict);
}

/** What is said of it. */
export function wordsOf(row: Seen, say: Speech): string {
  return row.reason ? say.t(row.reason) : say.pick(row.words);
}
