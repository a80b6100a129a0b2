/** Who may be meant: masked, one large button each. */
import { useTranslation } from "react-i18next";

import type { Candidate } from "../../calls/helpline";
import { Ago, Tag } from "../../parts/Page";

export function Candidates({ rows, label, onChoose }: { rows: Candidate[]; label: string; onChoose: (who: Candidate) => void }) {
  const { t } = useTranslation();
  return (
    <ul className="rr-people" aria-label={label}>
      {rows.map((who) => (
        <li key={who.id}>
          <button type="button" className="rr-caller" onClick={() => onChoose(who)}>
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
