// Digits for gloved fingers: a PIN, a collection code, how many. Digits of a PIN are shown by none, those of a code by
// the last one alone.

import { useDesk } from "../context.ts";
import type { Key } from "../words.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export function PadOf() {
  const { desk, say } = useDesk();
  const { pad, digits } = desk;
  if (pad === "") return null;
  const standing = pad === "quantity" ? 0 : (desk.screen.state?.typed ?? 0);
  const count = standing + digits.length;
  const title: Key = pad === "quantity" ? "quantity-what" : `pad-${pad}`;
  const busy = desk.screen.state?.busy ?? false;
  return (
    <section class="pad" aria-labelledby="pad-title" data-pad={pad}>
      <h2 id="pad-title">{say.t(title)}</h2>
      <p class="pad-shown">
        <span aria-hidden="true">{shownOf(pad, digits, standing)}</span>
        <span class="sr" role="status">{count > 0 ? say.t("pad-digits", { n: count }) : say.t("pad-none")}</span>
      </p>
      <div class="pad-keys">
        {KEYS.map((key) => <button type="button" key={key} onClick={() => desk.key(key)}>{key}</button>)}
        <button type="button" onClick={() => (pad === "quantity" ? desk.askQuantity(false) : desk.wipe())}>
          {say.t(pad === "quantity" ? "cancel" : "pad-clear")}
        </button>
        <button type="button" onClick={() => desk.key("0")}>0</button>
        <button type="button" aria-label={say.t("pad-back")} onClick={() => desk.back()}>⌫</button>
        <button type="button" class="good pad-ok" disabled={busy} onClick={() => desk.confirm()}>{say.t("pad-ok")}</button>
      </div>
    </section>
  );
}

function shownOf(pad: string, digits: string, standing: number): string {
  const known = pad === "quantity" || pad === "number";
  const hidden = "•".repeat(standing);
  if (known) return hidden + digits || "–";
  if (digits === "") return hidden || "–";
  const all = hidden + "•".repeat(digits.length - 1) + (pad === "code" ? digits.at(-1) : "•");
  return all.replace(/(.{3})(?=.)/g, "$1 ");
}
