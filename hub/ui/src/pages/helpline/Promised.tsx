/** Who was promised a call on this line, the most urgent first; those that are late stand out. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { helpline, type Call, type Line } from "../../calls/helpline";
import { serverNow } from "../../clock";
import { word } from "../../i18n";
import { Key, keyed, useKeys } from "../../parts/keys";
import { Tag } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { Due } from "./FollowUp";

const SHOWN = 9;

export function Promised({ line, keys, onOpen }: { line: Line; keys: boolean; onOpen: (made: Call) => void }) {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: ["helpline", "calls", "promised", line.id], queryFn: () => helpline.calls({ line: line.id, open: "true", cursor: null }) });
  const rows = list.data?.rows ?? [];
  const late = rows.filter((made) => Date.parse(made.due ?? "") < serverNow()).length;
  useKeys(keys ? Object.fromEntries(rows.slice(0, SHOWN).map((made, at) => [String(at + 1), () => onOpen(made)])) : {});
  return (
    <section className="rr-card rr-pad" aria-label={t("desk.promised")}>
      <h2 className="rr-deskhead">
        {t("desk.promised")}{" "}
        {late > 0 && <Tag tone="bad">{t("desk.late", { n: late })}</Tag>}
      </h2>
      <Loaded query={list} rows={3}>
        {(page) => page.rows.length === 0 ? <div className="rr-dim">{t("desk.nonePromised")}</div> : (
          <ol className="rr-people">
            {page.rows.slice(0, SHOWN).map((made, at) => (
              <li key={made.id}>
                <button type="button" className="rr-caller" onClick={() => onOpen(made)} {...(keys ? keyed(String(at + 1)) : {})}>
                  {keys && <Key of={String(at + 1)} />}
                  <span className="rr-strong">{made.shown || t(made.recipient === null ? "calls.nobody" : "calls.erased")}</span>
                  <span>{made.last4 && t("desk.ends", { digits: made.last4 })}</span>
                  <span className="rr-small rr-dim">{word(t, "callKind", made.kind)} · {made.by}</span>
                  <Due made={made} />
                </button>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      {(rows.length > SHOWN || list.data?.next) && <p><Link href={`/helpline/calls?line=${line.id}&open=true`}>{t("desk.allPromised")}</Link></p>}
    </section>
  );
}
