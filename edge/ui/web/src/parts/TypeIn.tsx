// A torn label: what is printed under it is typed, and the agent checks its check digits.

import { useState } from "preact/hooks";
import { useDesk } from "../context.ts";
import { Dialog } from "./Dialog.tsx";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "(", "0", ")"];
const MOST = 200;

export function TypeIn() {
  const { desk, say } = useDesk();
  const [text, write] = useState("");
  const take = (event: Event) => {
    event.preventDefault();
    if (text.trim() === "") return;
    desk.show("");
    desk.typed(text.trim());
  };
  return (
    <Dialog title={say.t("type-in")} close={() => desk.show("")}>
      <form class="typing" onSubmit={take}>
        <p id="typing-what">{say.t("type-in-what")}</p>
        <label for="typing">{say.t("type-in-field")}</label>
        <input id="typing" value={text} maxLength={MOST} autocomplete="off" autocapitalize="off" spellcheck={false}
          aria-describedby="typing-what" autofocus onInput={(event) => write(event.currentTarget.value)} />
        <div class="pad-keys">
          {KEYS.map((key) => (
            <button type="button" key={key} onClick={() => write((text + key).slice(0, MOST))}>{key}</button>
          ))}
          <button type="button" aria-label={say.t("pad-back")} onClick={() => write(text.slice(0, -1))}>⌫</button>
          <button type="submit" class="good pad-take" disabled={text.trim() === ""}>{say.t("type-in-take")}</button>
        </div>
      </form>
    </Dialog>
  );
}
