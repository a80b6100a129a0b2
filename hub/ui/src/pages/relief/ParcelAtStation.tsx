/** One parcel at the counter: for whom, until when, and what can be done where a code was lost or somebody else fetches it. */
import { Alert, Button, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access";
import { stations, type NewCode, type ParcelProxy, type StationParcel } from "../../calls/stations";
import { useFormat } from "../../format";
import { useGoodsName } from "../../parts/Goods";
import { Dialog, Sure } from "../../parts/Dialog";
import { Ago, Tag } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Loaded } from "../../parts/States";
import { StateOf, Who } from "./Station";

const OPEN = new Set(["planned", "packed", "under-way", "arrived", "waiting", "out", "refused", "due-back", "returning"]);

/** Where the new code went; only the help-line that knows the recipient reads it here. */
function Told({ code }: { code: NewCode }) {
  const { t } = useTranslation();
  return (
    <Alert color={code.sent || code.code ? "green" : "orange"} variant="light" role="status" title={t("station.codeMade")}>
      {code.code && <div className="rr-mono rr-strong" style={{ fontSize: "1.6em" }}>{code.code}</div>}
      {code.sent ? t("station.codeSent") : code.code ? t("station.codeTell") : t("station.codeNotSent")}
    </Alert>
  );
}

function Proxies({ parcel, onCode }: { parcel: StationParcel; onCode: (code: NewCode) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ["parcelProxies", parcel.id], queryFn: () => stations.proxies(parcel.id) });
  const again = () => void client.invalidateQueries({ queryKey: ["parcelProxies", parcel.id] });
  const add = useMutation({ mutationFn: (one: ParcelProxy) => stations.addProxy(parcel.id, one.proxy), onSuccess: (code) => { onCode(code); again(); } });
  const drop = useMutation({ mutationFn: (one: ParcelProxy) => stations.dropProxy(parcel.id, one.proxy), onSuccess: again });
  return (
    <section aria-label={t("station.proxies")}>
      <h3>{t("station.proxies")}</h3>
      <Loaded query={list} rows={1}>
        {(page) => page.rows.length === 0 ? <p className="rr-dim">{t("station.noProxies")}</p> : (
          <ul className="rr-entries">
            {page.rows.map((one) => (
              <li key={one.proxy} className="rr-entry rr-entry-head">
                <div><bdi className="rr-strong">{one.shown}</bdi> <span className="rr-dim">{one.last4}</span> {one.coded && <Tag tone="ok">{t("station.hasCode")}</Tag>}</div>
                {may("POST /parcels/{parcel}/proxies") && (
                  <div className="rr-entry-acts">
                    <Button variant="default" loading={add.isPending} onClick={() => add.mutate(one)}>{t("station.giveCode")}</Button>{" "}
                    {one.coded && <Button variant="light" color="red" loading={drop.isPending} onClick={() => drop.mutate(one)}>{t("station.takeCode")}</Button>}
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <Refused error={add.error ?? drop.error} />
    </section>
  );
}

export function ParcelAtStation({ parcel, onClose }: { parcel: StationParcel; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const client = useQueryClient();
  const nameOf = useGoodsName();
  const [asking, setAsking] = useState<"code" | "claim" | null>(null);
  const [code, setCode] = useState<NewCode | null>(null);
  const again = () => void client.invalidateQueries({ queryKey: ["station"] });
  const renew = useMutation({ mutationFn: () => stations.renew(parcel.id), onSuccess: (made) => { setCode(made); setAsking(null); again(); } });
  const release = useMutation({ mutationFn: () => stations.release(parcel.id), onSuccess: () => { again(); onClose(); } });
  const open = OPEN.has(parcel.state);
  const back = () => {
    renew.reset();
    release.reset();
    setAsking(null);
  };
  if (asking === "code") {
    return (
      <Dialog title={parcel.shelf_code || parcel.id} onClose={back}>
        <Sure question={t("station.renewSure")} facts={[t("station.renewFact"), t("station.renewTold")]} action={t("station.renew")} danger={false}
          pending={renew.isPending} error={renew.error} onSure={() => renew.mutate()} onBack={back} />
      </Dialog>
    );
  }
  if (asking === "claim") {
    return (
      <Dialog title={parcel.shelf_code || parcel.id} onClose={back}>
        <Sure question={t("station.releaseSure", { device: parcel.claimed_by })} facts={[t("station.releaseFact")]} action={t("station.release")}
          pending={release.isPending} error={release.error} onSure={() => release.mutate()} onBack={back} />
      </Dialog>
    );
  }
  return (
    <Dialog title={parcel.shelf_code || parcel.id} onClose={onClose}>
      <Stack>
        <div><Who parcel={parcel} /> <StateOf parcel={parcel} /></div>
        <ul className="rr-facts">
          {parcel.goods.map((one) => <li key={`${one.item}|${one.lot}`}>{nameOf(one.item)} × {format.number(one.n)}{one.lot && <span className="rr-dim"> · {t("common.lot")} {one.lot}</span>}</li>)}
          <li className="rr-mono">{parcel.id}</li>
          {parcel.until && <li>{t("station.keptUntil", { date: format.date(parcel.until) })}</li>}
          {parcel.reminded_at && <li>{t("station.reminded")} <Ago at={parcel.reminded_at} /></li>}
          {parcel.claimed_by && open && <li>{t("station.claimed", { device: parcel.claimed_by })} <Ago at={parcel.claimed_at} /></li>}
          {open && !parcel.coded && <li>{t("station.noCode")}</li>}
        </ul>
        {parcel.locked && open && <Alert color="red" variant="light">{t("station.lockedHelp")}</Alert>}
        {code && <Told code={code} />}
        <div className="rr-deeds">
          {open && parcel.coded && may("POST /parcels/{parcel}/code") && <Button onClick={() => setAsking("code")}>{t("station.renew")}</Button>}
          {open && parcel.claimed_by && may("DELETE /parcels/{parcel}/claim") && <Button variant="default" onClick={() => setAsking("claim")}>{t("station.release")}</Button>}
        </div>
        {open && parcel.coded && <Proxies parcel={parcel} onCode={setCode} />}
      </Stack>
    </Dialog>
  );
}
