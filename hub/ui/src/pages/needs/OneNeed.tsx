/** One need: how far it is covered, what is kept for it, and which lots may answer what is open. */
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "../../access";
import { allocation, type Need } from "../../calls/allocation";
import { useFormat } from "../../format";
import { Account, useOwnerName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { Icon } from "../../parts/icons";
import { Ago, Page } from "../../parts/Page";
import { useGoods } from "../../parts/Pickers";
import { Loaded } from "../../parts/States";
import { CandidateList } from "./Candidates";
import { NeedState } from "./NeedState";
import { Reservations } from "./Reservations";

function About({ need }: { need: Need }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ownerName = useOwnerName();
  return (
    <div className="rr-card rr-pad" style={{ display: "grid", gap: 14 }}>
      <NeedState need={need} />
      <dl className="rr-pairs">
        <div><dt>{t("needs.to")}</dt><dd><Account account={need.destination} /></dd></div>
        <div><dt>{t("needs.for")}</dt><dd>{ownerName(need.organisation)}</dd></div>
        <div><dt>{t("needs.neededBy")}</dt><dd>{format.date(need.needed_by)}</dd></div>
        {need.shelf_days > 0 && <div><dt>{t("needs.shelf")}</dt><dd>{format.span(need.shelf_days * 86_400)}</dd></div>}
        <div><dt>{t("needs.substitutes")}</dt><dd>{need.substitutes ? t("need.yes") : t("need.no")}</dd></div>
        <div><dt>{t("need.askedBy")}</dt><dd><span className="rr-any">{need.asked_by}</span> · <Ago at={need.asked_at} /></dd></div>
      </dl>
      {need.note && <p className="rr-any" style={{ margin: 0 }}>{need.note}</p>}
    </div>
  );
}

export default function OneNeed({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const goods = useGoods();
  const [ending, setEnding] = useState(false);
  const need = useQuery({ queryKey: ["need", id], queryFn: () => allocation.need(id) });
  const cancel = useMutation({
    mutationFn: () => allocation.cancelNeed(id),
    onSuccess: () => {
      setEnding(false);
      void client.invalidateQueries({ predicate: ({ queryKey }) => ["needs", "need", "candidates", "reservations"].includes(String(queryKey[0])) });
    },
  });
  const title = need.data ? `${format.number(need.data.n)} ${goods(need.data.item).unit} · ${goods(need.data.item).name}` : t("needs.one");
  const live = need.data && need.data.state !== "cancelled";
  return (
    <Page title={title} asOf={need.dataUpdatedAt}
      actions={live && may("POST /needs/{need}/cancellation") && <Button size="md" variant="light" color="red" onClick={() => setEnding(true)}>{t("need.cancel")}</Button>}>
      <div><Link href="/needs"><Icon name="left" size={16} style={{ verticalAlign: "-3px" }} /> {t("needs.title")}</Link></div>
      <Loaded query={need}>
        {(found) => (
          <>
            <About need={found} />
            {may("GET /reservations") && <Reservations need={id} />}
            {live && found.open > 0 && may("GET /needs/{need}/candidates") && <CandidateList need={found} />}
          </>
        )}
      </Loaded>
      {ending && (
        <Dialog title={t("need.cancel")} size="md" onClose={() => setEnding(false)}>
          <Sure question={t("need.cancelSure")} facts={[t("need.cancelFact"), t("need.cancelKept")]} action={t("need.cancel")} pending={cancel.isPending} error={cancel.error}
            onSure={() => cancel.mutate()} onBack={() => setEnding(false)} />
        </Dialog>
      )}
    </Page>
  );
}
