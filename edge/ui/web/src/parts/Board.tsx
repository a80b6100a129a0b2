// What to do: what waits at this site, and every verb, as big tiles.

import { useDesk } from "../context.ts";
import type { Task } from "../messages.ts";
import { dayOf } from "../words.ts";
import { Dialog } from "./Dialog.tsx";
import { VerbSign } from "./Sign.tsx";

export function Board() {
  const { desk, say } = useDesk();
  const { hello, state, tasks } = desk.screen;
  const choose = (code: string) => {
    desk.show("");
    desk.press(code);
  };
  return (
    <Dialog title={say.t("choose")} wide close={() => desk.show("")} onKeyDown={walk}>
      <h3>{say.t("choose-task")}</h3>
      {tasks.length === 0 && <p class="dim">{say.t("no-tasks")}</p>}
      <ul class="tiles tasks">
        {tasks.map((task) => (
          <li key={`${task.kind}${task.task}`}>
            <button type="button" class="tile" aria-current={state?.task === task.task ? "true" : undefined}
              onClick={() => choose(task.code)}>
              <VerbSign verb={SIGNS[task.kind]} />
              <span class="tile-text">
                <strong>{say.pick(task.title) || task.task}</strong>
                <span>{[say.t(`kind-${task.kind}`), leftOf(task, say), task.due ? say.t("due", { day: dayOf(task.due) }) : ""]
                  .filter(Boolean).join(" · ")}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <h3>{say.t("choose-verb")}</h3>
      <ul class="tiles">
        {hello?.verbs.map((choice) => (
          <li key={choice.verb}>
            <button type="button" class="tile" autofocus={state?.do === choice.verb}
              aria-current={state?.do === choice.verb ? "true" : undefined}
              onClick={() => choose(`RR:DO:${choice.verb}`)}>
              <VerbSign verb={choice.verb} />
              <strong>{say.pick(choice.title)}</strong>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="quiet" onClick={() => choose("RR:RESET")}>{say.t("reset")}</button>
    </Dialog>
  );
}

const SIGNS = { delivery: "receive", pick: "pick", consignment: "load", count: "count", collect: "collect" } as const;

/** Arrow keys go from tile to tile, up and down within a column. */
function walk(event: KeyboardEvent): void {
  const tiles = [...document.querySelectorAll<HTMLElement>("dialog .tile")];
  const here = tiles.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step === undefined || tiles.length === 0) return;
  event.preventDefault();
  let next = here < 0 ? 0 : here + step;
  if (here >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const left = tiles[here]!.offsetLeft;
    while (tiles[next] && Math.abs(tiles[next]!.offsetLeft - left) > 8) next += step;
  }
  tiles[next]?.focus();
}

function leftOf(task: Task, say: ReturnType<typeof useDesk>["say"]): string {
  if (task.left === null) return "";
  return task.of === null ? say.t("left", { left: task.left }) : say.t("left-of", { left: task.left, of: task.of });
}
