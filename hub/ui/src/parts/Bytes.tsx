/** Bytes that nobody vouches for: only ever shown as text nodes, control characters as their pictures. */
import { useTranslation } from "react-i18next";

import { useFormat } from "../format";
import { toHarmless } from "../scan";

const SHOWN = 1_024;
const ROW = 16;

function decode(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Rows of an offset and up to 16 bytes. */
function hexRows(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    rows.push(at.toString(16).padStart(4, "0") + "  " + [...row].map((b) => b.toString(16).padStart(2, "0")).join(" "));
  }
  return rows.join("\n");
}

export function Bytes({ base64, text }: { base64: string; text: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bytes = decode(base64);
  const readable = text ?? new TextDecoder("utf-8").decode(bytes);
  return (
    <div className="rr-bytes">
      <div className="rr-small rr-dim">{t("quarantine.asText")} · {t("quarantine.bytes", { n: format.number(bytes.length) })}</div>
      <pre tabIndex={0} aria-label={t("quarantine.asText")} data-wrap>{toHarmless(readable.slice(0, SHOWN))}</pre>
      <div className="rr-small rr-dim">{t("quarantine.asHex")}</div>
      <pre tabIndex={0} aria-label={t("quarantine.asHex")}>{hexRows(bytes.subarray(0, SHOWN))}</pre>
      {bytes.length > SHOWN && (
        <div className="rr-small rr-dim">{t("quarantine.truncated", { shown: format.number(SHOWN), all: format.number(bytes.length) })}</div>
      )}
    </div>
  );
}
