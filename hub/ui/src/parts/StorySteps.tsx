/** The steps of a story, newest first: calls, decisions, facts and notices, each with who, where, and how late it came. */
import type { TFunction } from "i18next";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { query } from "../api";
import type { StoryStep } from "../calls/story";
import { useFormat } from "../format";
import { word } from "../i18n";
import { About } from "./About";
import { Account, unitCode } from "./Account";
import { Plain, useGoodsName } from "./Goods";
import { Icon } from "./icons";
import { Tag } from "./Page";

const LATE_S = 60;

/** The word for what happened. */
function happened(t: TFunction, step: StoryStep): string {
  if (step.what === "call") return word(t, "callKind", step.event);
  if (step.what === "notice") return word(t, "noticeKind", step.event);
  if (step.what === "decision") return word(t, "lifeEvent", step.event);
  return step.event === "picked" ? t("journey.picked", { n: step.n }) : word(t, "action", step.event);
}

/** The word for the state of a thing. */
export function stateWord(t: TFunction, kind: string, state: string): string {
  const groups = { request: "requestState", consignment: "consignmentState", parcel: "parcelState", call: "callKind" } as const;
  return kind in groups ? word(t, groups[kind as keyof typeof groups], state) : state;
}

/** Where a notice is; one that a newer one made needless is no failure. */
export function NoticeState({ state, why }: { state: string; why: string }) {
  const { t } = useTranslation();
  const shown = why === "overtaken" ? why : state;
  return <Tag tone={shown === "failed" ? "bad" : shown === "sent" ? "ok" : "note"}>{word(t, "noticeState", shown)}</Tag>;
}

function Marks({ step }: { step: StoryStep }) {
  const { t } = useTranslation();
  const format = useFormat();
  const late = step.received_at ? (Date.parse(step.received_at) - Date.parse(step.at)) / 1_000 : 0;
  const kind = step.about.slice(0, step.about.indexOf(":"));
  return (
    <>
      {step.state !== "" && step.what !== "notice" && <Tag tone="note">{stateWord(t, kind, step.state)}</Tag>}
      {step.what === "notice" && <NoticeState state={step.state} why={step.detail} />}
      {step.voided && <Tag tone="bad" title={t("trace.voidedHelp")}>{t("trace.voided")}</Tag>}
      {step.odd && <Tag tone="warn">{t("journey.odd")}</Tag>}
      {step.what === "fact" && <About time={step} />}
      {step.received_at && late > LATE_S && <Tag tone="note" title={format.dateTime(step.received_at)}>{t("trace.late", { span: format.span(late) })}</Tag>}
    </>
  );
}

/** What a step is about, as a link to the story of that. */
export function AboutLink({ about }: { about: string }) {
  const { t } = useTranslation();
  const kind = about.slice(0, about.indexOf(":"));
  const id = about.slice(about.indexOf(":") + 1);
  if (kind === "lot") return <span>{t("common.lot")} <span className="rr-mono">{id}</span></span>;
  const code = kind === "unit" ? unitCode(id) : about;
  const title = kind === "unit" ? t("accountKind.unit") : word(t, "thing", kind);
  return <span>{title} <Link className="rr-mono" href={"/trace" + query({ code })}>{id}</Link></span>;
}

function Step({ step, own }: { step: StoryStep; own?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useGoodsName();
  const { proof } = step;
  const notice = step.what === "notice";
  const said = [
    !own && <AboutLink about={step.about} />, notice && word(t, "channel", step.channel), step.who !== "" && <Plain text={step.who} />, step.device,
    notice && step.detail !== "" && word(t, "noticeWhy", step.detail),
  ].filter(Boolean);
  return (
    <li data-voided={step.voided || undefined}>
      <div className="rr-step-head">
        <span className="rr-strong rr-step-what">{happened(t, step)}</span>
        <Marks step={step} />
        <time className="rr-dim rr-small rr-step-time" dateTime={step.at}>{format.dateTime(step.at)}</time>
      </div>
      {(step.source !== "" || step.to !== "") && (
        <div className="rr-step-way">
          {step.source !== "" && step.source !== step.to && <><Account account={step.source} /> {step.to !== "" && <Icon name="arrow" size={16} role="img" aria-label={t("trace.to")} />} </>}
          {step.to !== "" && <Account account={step.to} />}
        </div>
      )}
      {proof && (
        <div className="rr-small">
          {word(t, "givenWay", proof.way)}
          {proof.checked && <> · {t("journey.checked")}</>}
          {proof.households !== null && <> · {t("journey.households", { n: proof.households })}</>}
        </div>
      )}
      <div className="rr-small rr-dim">
        {said.map((each, index) => <Fragment key={index}>{index > 0 && " · "}{each}</Fragment>)}
      </div>
      {step.what !== "notice" && step.detail !== "" && <div className="rr-small rr-dim rr-any"><Plain text={step.detail.replace(/gtin:\d{14}/g, nameOf)} most={300} /></div>}
    </li>
  );
}

/** `own`: all are about the thing that the page shows. */
export function StorySteps({ steps, own }: { steps: StoryStep[]; own?: boolean }) {
  return <ol className="rr-timeline">{steps.map((step, index) => <Step key={`${step.at}/${step.about}/${step.event}/${index}`} step={step} own={own} />)}</ol>;
}
