// The page: one big verdict, what is to be done next, and the running list.

import { useEffect, useMemo, useState } from "preact/hooks";
import { AroundContext, useDesk } from "./context.ts";
import type { Desk } from "./desk.ts";
import { Banners, Shut } from "./parts/Banners.tsx";
import { Board } from "./parts/Board.tsx";
import { Handhelds } from "./parts/Handhelds.tsx";
import { Menu } from "./parts/Menu.tsx";
import { PadOf } from "./parts/Pad.tsx";
import { Print } from "./parts/Print.tsx";
import { Rows } from "./parts/Rows.tsx";
import { VerbSign } from "./parts/Sign.tsx";
import { Top } from "./parts/Top.tsx";
import { TypeIn } from "./parts/TypeIn.tsx";
import { Since, Verdict } from "./parts/Verdict.tsx";
import { clockOf, speech } from "./words.ts";

export function App({ desk }: { desk: Desk }) {
  const [, turn] = useState(0);
  useEffect(() => desk.watch(() => turn((n) => n + 1)), [desk]);
  const say = useMemo(() => speech(desk.language), [desk.language]);
  const around = useMemo(() => ({ desk, say }), [desk, say]);
  const zone = desk.screen.hello?.zone ?? "";
  const clock = useMemo(() => clockOf(zone), [zone]);
  const ticking = desk.screen.link !== "up" || desk.view === "handhelds";
  const now = useNow(ticking);
  useEffect(() => {
    const hello = desk.screen.hello;
    document.title = hello ? `${say.pick(hello.site_name) || hello.device} · ${say.t("title")}` : say.t("title");
  });
  if (desk.screen.link === "shut") return <AroundContext.Provider value={around}><Shut /></AroundContext.Provider>;
  return (
    <AroundContext.Provider value={around}>
      <div class={`page${desk.screen.hello?.practice ? " practising" : ""}`} data-link={desk.screen.link}>
        <Top />
        <Banners now={now} clock={clock} />
        <main class={desk.pad ? "has-pad" : ""}>
          <div class="work">
            <Doing />
            <Verdict />
            <Since />
            <Next />
            <Acts />
          </div>
          <aside class={desk.pad ? "with-pad" : ""}>
            <PadOf />
            <Rows clock={clock} />
            <input id="sink" class="sr" tabIndex={-1} inputMode="none" autocomplete="off" aria-label={say.t("by-wedge")} />
          </aside>
        </main>
      </div>
      {desk.view === "board" && <Board />}
      {desk.view === "type" && <TypeIn />}
      {desk.view === "menu" && <Menu />}
      {desk.view === "print" && <Print />}
      {desk.view === "handhelds" && <Handhelds now={now} clock={clock} />}
    </AroundContext.Provider>
  );
}

/** What is being done. */
function Doing() {
  const { desk, say } = useDesk();
  const { hello, state, tasks } = desk.screen;
  const verb = hello?.verbs.find((each) => each.verb === state?.do);
  const task = tasks.find((each) => each.task === state?.task);
  return (
    <button type="button" class="doing" aria-haspopup="dialog" disabled={!state} onClick={() => desk.show("board")}>
      <VerbSign verb={state?.do ?? ""} />
      <span class="doing-text">
        <strong>{verb ? say.pick(verb.title) : (state?.do ?? "")}</strong>
        {state?.task && <span>{task ? say.pick(task.title) || state.task : state.task}</span>}
      </span>
      <span class="doing-change">{say.t("change")} <kbd>F2</kbd></span>
    </button>
  );
}

function Next() {
  const { desk, say } = useDesk();
  const { link, state } = desk.screen;
  if (link !== "up") return <p class="next" role="status">{say.t(link === "joining" ? "joining" : "agent-lost")}</p>;
  return <p class="next" data-wants={state?.wants}><span class="dim">{say.t("next")}</span> {state && say.pick(state.expects)}</p>;
}

function Acts() {
  const { desk, say } = useDesk();
  const state = desk.screen.state;
  const open = state?.open ?? 0;
  const holds = (state?.hand ?? 0) > 0 || (state?.typed ?? 0) > 0;
  return (
    <div class="acts">
      <button type="button" onClick={() => desk.show("type")}>{say.t("type-in")} <kbd>F4</kbd></button>
      <button type="button" aria-pressed={desk.pad === "quantity"} onClick={() => desk.askQuantity(desk.pad !== "quantity")}>
        {say.t("quantity")} <kbd>F7</kbd>
      </button>
      <button type="button" onClick={() => desk.askUndo()}>{say.t("undo-last")} <kbd>F9</kbd></button>
      {holds && <button type="button" onClick={() => desk.press("RR:CLEAR")}>{say.t("clear")}</button>}
      <button type="button" class={open > 0 || holds ? "good" : ""} onClick={() => desk.press("RR:DONE")}>
        {open > 0 ? say.t("hand-all", { n: open }) : say.t("done")} <kbd>F10</kbd>
      </button>
    </div>
  );
}

/** The page's clock, each second while something counts by it. */
function useNow(ticking: boolean): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    if (!ticking) return;
    set(Date.now());
    const timer = setInterval(() => set(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
