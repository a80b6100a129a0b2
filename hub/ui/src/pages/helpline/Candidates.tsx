/** Who may be meant: masked, one large button and one key each. */
import { useTranslation } from "react-i18next";

import type { Candidate } from "../../calls/helpline";
import { Key, keyed, useKeys } from "../../parts/keys";
import { Ago, Tag } from "../../parts/Page";

const KEYS = 9;

export function Candidates({ rows, label, keys = false, onChoose }: { rows: Candidate[]; label: string; keys?: boolean; onChoose: (who: Candidate) => void }) {
  const { t } = useTranslation();
  useKeys(keys ? Object.fromEntries(rows.slice(0, KEYS).map((who, at) => [String(at + 1), () => onChoose(who)])) : {});
  return (
    <ul className="rr-people" aria-label={label}>
      {rows.map((who, at) => (
        <li key={who.id}>
          <button type="button" className="rr-caller" onClick={() => onChoose(who)} {...(keys && at < KEYS ? keyed(String(at + 1)) : {})}>
            {keys && at < KEYS && <Key of={String(at + 1)} />}
            <span className="rr-strong">{who.shown}</span>
            <span>{who.last4 && t("desk.ends", { digits: who.last4 })}</span>
            <span className="rr-small rr-dim">{who.line_name} · <Ago at={who.touched_at} /></span>
            {!who.yours && <Tag tone="warn">{t("desk.otherLine")}</Tag>}
          </button>
        </li>
      ))}
    </ul>
  );
}
