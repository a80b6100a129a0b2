/** The screen of a help-line: find who calls, see what they asked for, take down what they need; all by keyboard. */
import { Alert, Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Redirect } from "wouter";

import { helpline, type Call, type Candidate, type Line } from "../../calls/helpline";
import { Icon } from "../../parts/icons";
import { Key, keyed, useKeys } from "../../parts/keys";
import { LargeType } from "../../parts/LargeType";
import { Page } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Sections } from "../../parts/Sections";
import { Empty, Loaded } from "../../parts/States";
import { useUser } from "../../session";
import { Ask } from "./Ask";
import { Candidates } from "./Candidates";
import { Due, FollowUp, Said } from "./FollowUp";
import { Person } from "./Person";
import { Promised } from "./Promised";
import { useSections } from "./sections";
import { Stranger } from "./Stranger";
import { TakeDown } from "./TakeDown";
import { Where } from "./Where";

const TYPING_MS = 250;

/** A call that was promised, above whom it was promised to. */
function Owed({ made, line, onDone }: { made: Call; line: Line; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <section className="rr-card rr-pad" aria-label={t("desk.owed")}>
      <h2 className="rr-deskhead">{t("desk.owed")} <Due made={made} /></h2>
      <div className="rr-two">
        <Said made={made} line={line} />
        <FollowUp made={made} shortcut onDone={onDone} />
      </div>
    </section>
  );
}

function Caller({ id, line, onDone }: { id: string; line: Line; onDone: (request: string | null) => void }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["helpline", "recipient", id], queryFn: () => helpline.recipient(id), staleTime: Infinity, gcTime: 0 });
  return (
    <Loaded query={found} rows={6}>
      {(who) => (
        <div className="rr-desk">
          <div className="rr-card rr-pad">
            <Person who={who} onGone={() => onDone(null)} />
            <Where who={who} line={line} />
          </div>
          <div className="rr-card rr-pad">
            <h2 className="rr-deskhead">{t("desk.needs")}</h2>
            <Ask who={who} line={line} onDone={onDone} />
          </div>
        </div>
      )}
    </Loaded>
  );
}

function Finding({ line, onOpen, onOwed }: { line: Line; onOpen: (id: string) => void; onOwed: (made: Call) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [sent] = useDebouncedValue(text.trim(), TYPING_MS);
  const [stranger, setStranger] = useState<Candidate | null>(null);
  const [anew, setAnew] = useState(false);
  const found = useQuery({ queryKey: ["helpline", "search", sent], queryFn: () => helpline.search(sent), enabled: sent !== "", placeholderData: keepPreviousData, gcTime: 0 });
  const rows = sent && found.data ? found.data.rows : [];
  const choose = (who: Candidate) => (who.yours ? onOpen(who.id) : setStranger(who));
  const field = useRef<HTMLInputElement>(null);
  useKeys({ S: () => field.current?.select(), A: () => setAnew(true) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sent !== text.trim() || found.isFetching) return;
    if (rows.length === 1) choose(rows[0]!);
    else if (rows.length === 0 && sent) setAnew(true);
  };
  return (
    <>
      <div className="rr-card rr-pad">
        <form role="search" aria-label={t("desk.search")} onSubmit={submit} className="rr-wish">
          <TextInput ref={field} size="lg" label={t("desk.search")} rightSection={<Key of="S" />} rightSectionWidth={72} {...keyed("S")} description={t("desk.searchHelp")} autoFocus autoComplete="off" spellCheck={false} maxLength={100} value={text}
            leftSection={<Icon name="search" size={20} />} onChange={(event) => setText(event.currentTarget.value)} />
          <Button size="lg" variant="default" leftSection={<Icon name="plus" size={18} />} rightSection={<Key of="A" />} {...keyed("A")} onClick={() => setAnew(true)}>{t("desk.takeDown")}</Button>
        </form>
        <Refused error={found.error} />
        <div aria-live="polite">
          {sent && found.data && rows.length === 0 && <p className="rr-dim">{t("desk.nobody")}</p>}
          {rows.length > 0 && <Candidates rows={rows} label={t("desk.found")} keys onChoose={choose} />}
          {found.data?.more && rows.length > 0 && <p className="rr-dim">{t("desk.more")}</p>}
        </div>
        {anew && <TakeDown line={line.id} text={text} onChoose={choose} onMade={onOpen} onClose={() => setAnew(false)} />}
        {stranger && <Stranger who={stranger} line={line.id} onKnown={onOpen} onClose={() => setStranger(null)} />}
      </div>
      <Promised line={line} keys={rows.length === 0} onOpen={onOwed} />
    </>
  );
}

function Desk({ lines }: { lines: Line[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const top = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(lines[0]!.id);
  const [caller, setCaller] = useState<string | null>(null);
  const [owed, setOwed] = useState<Call | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const line = lines.find((each) => each.id === chosen) ?? lines[0]!;
  const done = (request: string | null) => {
    setCaller(null);
    setOwed(null);
    setAsked(request);
    client.removeQueries({ queryKey: ["helpline", "recipient"] });
    top.current?.scrollIntoView();
  };
  const open = (id: string | null, made: Call | null) => {
    setAsked(null);
    setOwed(made);
    setCaller(id);
  };
  useKeys({ N: caller !== null || owed !== null ? () => done(null) : undefined });
  return (
    <div ref={top} className="rr-deskflow">
      {lines.length > 1 && (
        <Select label={t("desk.line")} allowDeselect={false} value={line.id} data={lines.map((each) => ({ value: each.id, label: `${each.name} · ${each.number}` }))}
          onChange={(value) => value && setChosen(value)} />
      )}
      {asked && <Alert color="green" role="status" icon={<Icon name="check" />} title={t("desk.asked")}>{t("desk.askedHelp")}</Alert>}
      {caller === null && owed === null ? <Finding line={line} onOpen={(id) => open(id, null)} onOwed={(made) => open(made.recipient, made)} /> : (
        <>
          <div><Button variant="default" leftSection={<Icon name="left" size={18} />} rightSection={<Key of="N" />} {...keyed("N")} onClick={() => done(null)}>{t("desk.nextCaller")}</Button></div>
          {owed && <Owed made={owed} line={line} onDone={() => (caller === null ? done(null) : setOwed(null))} />}
          {caller !== null && <Caller key={caller} id={caller} line={line} onDone={done} />}
        </>
      )}
    </div>
  );
}

/** Only operators work here; for others the calls come first. */
export default function HelpDesk() {
  return useUser().role === "helpline" ? <Mine /> : <Redirect to="/helpline/calls" replace />;
}

function Mine() {
  const { t } = useTranslation();
  const sections = useSections();
  const list = useQuery({ queryKey: ["helpline", "lines", "mine"], queryFn: () => helpline.lines(true) });
  return (
    <Page title={t("desk.title")} lead={t("desk.lead")} actions={<LargeType />}>
      <Sections label={t("desk.sections")} sections={sections} />
      <Loaded query={list} rows={4}>
        {({ rows }) => {
          const open = rows.filter((line) => line.open);
          return open.length === 0 ? <Empty icon="phone" title={t("desk.noLine")} help={t("desk.noLineHelp")} /> : <Desk lines={open} />;
        }}
      </Loaded>
    </Page>
  );
}
