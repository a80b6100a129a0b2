// What this device's printer makes when it is asked: the slip of the shift, a new unit's label, a label once more.

import { useState } from "preact/hooks";
import { useDesk } from "../context.ts";
import { Dialog } from "./Dialog.tsx";

export function Print() {
  const { desk, say } = useDesk();
  const [sscc, write] = useState("");
  const does = (action: () => void) => () => {
    desk.show("");
    action();
  };
  return (
    <Dialog title={say.t("print")} close={() => desk.show("")}>
      {!desk.screen.hello?.printer && <p class="banner warn">{say.t("print-none")}</p>}
      <div class="menu-list">
        <button type="button" onClick={does(() => desk.press("RR:HANDOVER"))}>{say.t("print-slip")}</button>
        <button type="button" onClick={does(() => desk.press("RR:NEW"))}>{say.t("print-new")}</button>
      </div>
      <form class="typing" onSubmit={(event) => (event.preventDefault(), does(() => desk.print(sscc))())}>
        <h3>{say.t("print-again")}</h3>
        <label for="sscc">{say.t("print-sscc")}</label>
        <input id="sscc" inputMode="numeric" value={sscc} autocomplete="off"
          onInput={(event) => write(event.currentTarget.value.replace(/\D/g, "").slice(-18))} />
        <button type="submit" class="good" disabled={sscc.length !== 18}>{say.t("print-it")}</button>
      </form>
    </Dialog>
  );
}
