// Settings of this screen, practice, printing and handhelds.

import { useState } from "preact/hooks";
import { useDesk } from "../context.ts";
import { set, setting } from "../settings.ts";
import { chime } from "../sound.ts";
import { Dialog } from "./Dialog.tsx";

export function Menu() {
  const { desk, say } = useDesk();
  const [, turn] = useState(0);
  const [sure, ask] = useState(false);
  const hello = desk.screen.hello;
  const root = document.documentElement.dataset;
  const night = root.scheme === "dark";
  const large = root.type === "large";
  const quiet = setting("sound") === "off";
  const change = (does: () => void) => () => {
    does();
    turn((n) => n + 1);
  };
  const full = document.fullscreenElement !== null;
  return (
    <Dialog title={say.t("menu")} close={() => desk.show("")}>
      <div class="menu-list">
        <button type="button" lang={say.language === "en" ? "zh" : "en"}
          onClick={() => desk.speak(say.language === "en" ? "zh" : "en")}>{say.t("language")}</button>
        <button type="button" onClick={change(() => set("scheme", night ? "light" : "dark"))}>
          {say.t(night ? "day" : "night")}
        </button>
        <button type="button" onClick={change(() => set("type", large ? "normal" : "large"))}>
          {say.t(large ? "type-normal" : "type-large")}
        </button>
        <button type="button" onClick={change(() => set("sound", quiet ? "on" : "off"))}>
          {say.t(quiet ? "sound-on" : "sound-off")}
        </button>
        <button type="button" onClick={tryAll}>{say.t("sound-test")}</button>
        <button type="button" onClick={change(() => void screenFull(!full))}>
          {say.t(full ? "full-screen-end" : "full-screen")}
        </button>
        <button type="button" onClick={() => desk.show("print")}>{say.t("print")}</button>
        {hello?.screen && hello.may.includes("pair") && (
          <button type="button" onClick={() => desk.show("handhelds")}>{say.t("handhelds")}</button>
        )}
        {hello?.may.includes("practice") && !hello.practice && (
          <button type="button" onClick={() => ask(true)}>{say.t("practice")}</button>
        )}
      </div>
      {sure && (
        <div class="sure" role="alert">
          <p>{say.t("practice-ask")}</p>
          <button type="button" class="good" onClick={() => (desk.practise(true), desk.show(""))}>{say.t("practice-begin")}</button>
          <button type="button" onClick={() => ask(false)}>{say.t("cancel")}</button>
        </div>
      )}
      <h3>{say.t("keys")}</h3>
      <p class="dim">{say.t("keys-what")}</p>
      {hello && <p class="dim">{say.t("version", { device: hello.device, version: hello.version })}</p>}
    </Dialog>
  );
}

function tryAll(): void {
  (["stored", "held", "warned", "refused"] as const).forEach((each, at) => setTimeout(() => chime(each), at * 1200));
}

async function screenFull(on: boolean): Promise<void> {
  try {
    await (on ? document.documentElement.requestFullscreen() : document.exitFullscreen());
  } catch {
    // The browser may refuse; F11 does the same.
  }
}
