/** A consignment for one or more requests: from which site, by what, due when. They all go the same way to the same place. */
import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { useMay } from "../../access";
import { allocation } from "../../calls/allocation";
import { relief, TOUCHED, type RequestRow } from "../../calls/relief";
import { useFormat } from "../../format";
import { word } from "../../i18n";
import { Dialog } from "../../parts/Dialog";
import { Whereto } from "../../parts/Life";
import { SiteSelect } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";

/** The site where something is kept for a request: most likely all of it leaves from there. */
function useKeptAt(request: RequestRow | undefined): string | null {
  const may = useMay();
  const need = request?.lines.find((line) => line.need && line.kept > 0)?.need ?? null;
  const found = useQuery({ queryKey: ["reservations", need], queryFn: () => allocation.reservations({ need }), enabled: need !== null && may("GET /reservations") });
  return found.data?.rows.find((row) => row.state === "held")?.site ?? null;
}

export function Send({ requests, onClose }: { requests: RequestRow[]; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [, go] = useLocation();
  const first = requests[0];
  const kept = useKeptAt(first);
  const [from, setFrom] = useState<string | null>(null);
  const [vehicle, setVehicle] = useState("");
  const [due, setDue] = useState("");
  const one = requests.every((row) => row.way === first?.way && row.site === first.site && row.organisation === first.organisation);
  const direct = first?.way === "direct";
  const source = direct ? null : from ?? kept;
  const plan = useMutation({
    mutationFn: (row: RequestRow) => relief.plan({ requests: requests.map(({ id }) => id), from_site: source, to_site: row.site, way: row.way, vehicle: vehicle.trim() || null, due: due || null }),
    onSuccess: (made) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => TOUCHED.includes(String(queryKey[0])) });
      go(`/consignments/${made.id}`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (first && one && (direct || source)) plan.mutate(first);
  };
  return (
    <Dialog title={requests.length === 1 ? word(t, "deed", "request-send") : t("requests.sendTogether", { n: format.number(requests.length) })} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack>
          {!one && <Alert color="orange" variant="light" role="alert">{t("requests.notOneWay")}</Alert>}
          {first && one && <div>{t("needs.to")}: <strong><Whereto way={first.way} site={first.site} /></strong></div>}
          {!direct && <SiteSelect size="md" label={t("relief.takeFrom")} description={t("requests.fromHelp")} value={source} onChange={setFrom} />}
          <div className="rr-two">
            <TextInput size="md" label={t("relief.vehicle")} description={t("relief.vehicleHelp")} maxLength={40} value={vehicle} onChange={(event) => setVehicle(event.currentTarget.value)} />
            <TextInput size="md" type="date" label={t("relief.due")} description={t("relief.dueHelp")} value={due} onChange={(event) => setDue(event.currentTarget.value)} />
          </div>
          <ul className="rr-facts"><li>{t("requests.sendFact")}</li></ul>
          <Refused error={plan.error} />
          <Group justify="flex-end"><Button size="md" type="submit" loading={plan.isPending} disabled={!one || !(direct || source)}>{t("requests.plan")}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
