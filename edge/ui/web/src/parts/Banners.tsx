// What has to be known before anything is scanned: no link to the agent, a full device, practice.

import { useDesk } from "../context.ts";
import { Sign } from "./Sign.tsx";

export function Banners({ now, clock }: { now: number; clock(at: number): string }) {
  const { desk, say } = useDesk();
  const { screen } = desk;
  const { state, hello, link, lostAt } = screen;
  const problem = link === "up" ? state?.problem : null;
  return (
    <section class="banners" aria-label={say.t("notices")}>
      {link === "lost" && (
        <div class="banner bad" role="alert" data-banner="lost">
          <Sign of="lost" />
          <p>
            <strong>{say.t("agent-lost")}</strong>{" "}
            <span>{screen.gone ? say.pick(screen.gone.why) : say.t("agent-lost-what")}</span>{" "}
            {lostAt !== null && <span aria-hidden="true">({say.t("agent-lost-for", { age: say.age((now - lostAt) / 1000) })})</span>}
          </p>
        </div>
      )}
      {link === "up" && state?.room === "full" && <p class="banner bad" role="alert">{say.t("room-full")}</p>}
      {link === "up" && state?.room === "tight" && <p class="banner warn">{say.t("room-tight")}</p>}
      {problem && <p class="banner warn" data-banner="problem">{say.pick(problem)}</p>}
      {screen.notes.filter((note) => note.at > screen.readAt).slice(0, 1).map((note) => (
        <div class="banner note" role="alert" data-banner="note" key={note.at}>
          <p><strong>{say.t("note-from", { at: clock(note.at) })}</strong> <span>{note.text}</span></p>
          <button type="button" onClick={() => desk.readNotes()}>{say.t("understood")}</button>
        </div>
      ))}
      {screen.anew && (
        <div class="banner note" role="alert" data-banner="anew">
          <p>{say.t("anew")}</p>
          <button type="button" onClick={() => desk.readAnew()}>{say.t("understood")}</button>
        </div>
      )}
      {hello?.practice && (
        <div class="banner practice" data-banner="practice">
          <p><strong>{say.t("practice-banner")}</strong></p>
          <button type="button" onClick={() => desk.practise(false)}>{say.t("practice-end")}</button>
        </div>
      )}
    </section>
  );
}

/** Instead of the page: nothing comes by waiting. */
export function Shut() {
  const { desk, say } = useDesk();
  const { gone } = desk.screen;
  const [title, what] = gone ? [say.pick(gone.why), ""] : [say.t("unpaired"), say.t("unpaired-what")];
  return (
    <main class="shut">
      <Sign of="refused" />
      <h1>{title}</h1>
      <p>{what}</p>
      <button type="button" class="good" onClick={() => window.location.reload()}>{say.t("try-again")}</button>
    </main>
  );
}
