/** Who asked for which room: approved, refused, put on the waiting list, given back. */
import { Button, Select, Textarea } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { space, type Booking, type BookingState } from "../../calls/space";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { useOwnerName, useSiteName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Export } from "../../parts/Export";
import { Ago, Tag, type Tone } from "../../parts/Page";
import { Pager } from "../../parts/Pager";
import { useFilters } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { SearchField } from "../../parts/SearchField";
import { Empty, Loaded } from "../../parts/States";
import { Table, type Column } from "../../parts/Table";
import { useAmount } from "./amounts";

const TONES: Record<BookingState, Tone> = { requested: "note", waiting: "warn", approved: "ok", refused: "bad", withdrawn: "plain", released: "plain", ended: "plain", lapsed: "plain" };
const STORED = ["requested", "waiting", "approved", "refused", "withdrawn", "released"];
type Deed = "approve" | "wait" | "refuse" | "release";

function useDeed(onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ booking, deed, reason }: { booking: Booking; deed: Deed; reason: string }) =>
      deed === "refuse" ? space.refuse(booking.id, reason) : deed === "release" ? space.release(booking.id) : space.approve(booking.id, deed === "wait"),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["bookings", "calendar"].includes(String(queryKey[0])) });
      onDone();
    },
  });
}

/** Approving: where it does not fit the hub says so, and the waiting list is offered. */
function Decide({ booking, deed, onClose }: { booking: Booking; deed: Exclude<Deed, "wait">; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const amount = useAmount();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const [reason, setReason] = useState("");
  const act = useDeed(onClose);
  const what = { amount: amount(booking.amount, booking.measure), who: ownerName(booking.organisation), site: siteName(booking.site), first: format.date(booking.first_day), last: format.date(booking.last_day) };
  const about = t("space.about", what);
  const back = onClose;
  if (deed === "refuse") {
    return (
      <Dialog title={t("space.refuse")} size="md" onClose={onClose}>
        <Sure question={about} facts={[]} action={t("space.refuse")} pending={act.isPending} error={act.error} onSure={() => reason.trim() && act.mutate({ booking, deed, reason: reason.trim() })} onBack={back}>
          <Textarea size="md" label={t("space.reason")} description={t("space.reasonHelp")} required withAsterisk={false} maxLength={500} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        </Sure>
      </Dialog>
    );
  }
  if (deed === "release") {
    const approved = booking.state === "approved";
    return (
      <Dialog title={approved ? t("space.release") : t("space.withdraw")} size="md" onClose={onClose}>
        <Sure question={about} facts={[approved ? t("space.releaseFact") : t("space.withdrawFact")]} action={approved ? t("space.release") : t("space.withdraw")} pending={act.isPending} error={act.error}
          onSure={() => act.mutate({ booking, deed, reason: "" })} onBack={back} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t("space.approve")} size="md" onClose={onClose}>
      <Sure question={about} facts={[]} action={t("space.approve")} danger={false} pending={act.isPending} error={null} onSure={() => act.mutate({ booking, deed: "approve", reason: "" })} onBack={back}>
        <Refused error={act.error} />
        {act.error && booking.state === "requested" && (
          <div><div className="rr-small" style={{ marginBottom: 8 }}>{t("space.waitHelp")}</div><Button size="md" variant="default" onClick={() => act.mutate({ booking, deed: "wait", reason: "" })}>{t("space.wait")}</Button></div>
        )}
      </Sure>
    </Dialog>
  );
}

function useColumns(onDeed: (booking: Booking, deed: Exclude<Deed, "wait">) => void): Column<Booking>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const amount = useAmount();
  const siteName = useSiteName();
  const ownerName = useOwnerName();
  const decides = may("POST /space/bookings/{booking}/approval");
  const releases = may("POST /space/bookings/{booking}/release");
  const live = (row: Booking) => row.state === "requested" || row.state === "waiting";
  return [
    { key: "who", title: t("people.organisation"), lead: true, cell: (row) => (
      <>
        <div className="rr-strong">{ownerName(row.organisation)}</div>
        {row.note && <div className="rr-small rr-any">{row.note}</div>}
      </>
    ) },
    { key: "room", title: t("space.room"), cell: (row) => (
      <>
        <span className="rr-strong rr-nowrap">{amount(row.amount, row.measure)}</span>
        <div className="rr-small rr-dim">{siteName(row.site)} · {word(t, "temperature", row.temperature)}</div>
      </>
    ) },
    { key: "days", title: t("space.days"), cell: (row) => <><span className="rr-nowrap">{format.date(row.first_day)}</span> – <span className="rr-nowrap">{format.date(row.last_day)}</span></> },
    { key: "state", title: t("needs.state"), cell: (row) => (
      <>
        <Tag tone={TONES[row.state]}>{word(t, "bookingState", row.state)}</Tag>
        {row.reason && <div className="rr-small rr-any">{row.reason}</div>}
        <div className="rr-small rr-dim"><span className="rr-any">{row.decided_by ?? row.asked_by}</span> <Ago at={row.decided_at ?? row.asked_at} /></div>
      </>
    ) },
    { key: "do", title: "", empty: (row) => !(live(row) && (decides || releases)) && !(row.state === "approved" && releases), cell: (row) => (
      <div className="rr-deeds">
        {live(row) && decides && <Button onClick={() => onDeed(row, "approve")}>{t("space.approve")}</Button>}
        {live(row) && decides && <Button variant="default" onClick={() => onDeed(row, "refuse")}>{t("space.refuse")}</Button>}
        {(live(row) || row.state === "approved") && releases && <Button variant="default" onClick={() => onDeed(row, "release")}>{row.state === "approved" ? t("space.release") : t("space.withdraw")}</Button>}
      </div>
    ) },
  ];
}

export function Bookings({ site }: { site: string | null }) {
  const { t } = useTranslation();
  const { values, cursor, set } = useFilters(["text", "state"] as const);
  const [deciding, setDeciding] = useState<{ booking: Booking; deed: Exclude<Deed, "wait"> } | null>(null);
  const filter = { site, text: values.text, state: values.state, cursor };
  const list = useQuery({ queryKey: ["bookings", filter], queryFn: () => space.bookings(filter), placeholderData: keepPreviousData });
  const columns = useColumns((booking, deed) => setDeciding({ booking, deed }));
  return (
    <section aria-labelledby="bookings">
      <div className="rr-head" style={{ marginBottom: 10 }}><h2 className="rr-section" id="bookings" style={{ margin: 0 }}>{t("space.bookings")}</h2><Export list="bookings" filter={filter} /></div>
      <div className="rr-card" aria-busy={list.isPlaceholderData}>
        <div className="rr-pad rr-filters" role="search" aria-label={`${t("space.bookings")}: ${t("stock.filters")}`}>
          <SearchField value={values.text} set={(value) => set("text", value)} />
          <Select label={t("needs.state")} placeholder={t("needs.all")} clearable value={values.state} data={STORED.map((value) => ({ value, label: word(t, "bookingState", value) }))} onChange={(value) => set("state", value)} />
        </div>
        <Loaded query={list}>
          {(page) => page.rows.length === 0 ? <Empty icon="warehouse" title={t("space.empty")} help={t("space.emptyHelp")} />
            : <Table label={t("space.bookings")} columns={columns} rows={page.rows} rowKey={(row) => row.id} />}
        </Loaded>
      </div>
      <Pager cursor={cursor} next={list.data?.next ?? null} onCursor={(next) => set("cursor", next)} />
      {deciding && <Decide booking={deciding.booking} deed={deciding.deed} onClose={() => setDeciding(null)} />}
    </section>
  );
}
