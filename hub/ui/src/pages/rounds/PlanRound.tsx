/** Who goes, from where, with which parcels; the hub puts the doors in order. */
import { Button, Checkbox, Select, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";

import { rounds } from "../../calls/rounds";
import { useFormat } from "../../format";
import { useGoods, SiteSelect } from "../../parts/Pickers";
import { Dialog } from "../../parts/Dialog";
import { Tag } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { Empty, Loaded } from "../../parts/States";
import { useUser } from "../../session";

export function PlanRound({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goods = useGoods();
  const user = useUser();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [site, setSite] = useState<string | null>(user.site ?? null);
  const [courier, setCourier] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const found = useQuery({ queryKey: ["doors", site], queryFn: () => rounds.doors(site ?? ""), enabled: site !== null });
  const plan = useMutation({
    mutationFn: () => rounds.plan({ site: site ?? "", courier: courier ?? "", parcels: chosen.map((parcel) => ({ parcel })) }),
    onSuccess: (round) => {
      void client.invalidateQueries({ queryKey: ["rounds"] });
      go(`/rounds/${round.id}`);
    },
  });
  return (
    <Dialog title={t("rounds.plan")} onClose={onClose}>
      <Stack>
        <SiteSelect size="md" value={site} onChange={(value) => { setSite(value); setChosen([]); }} />
        {site !== null && (
          <Loaded query={found} rows={3}>
            {({ parcels, couriers }) => (
              <>
                <Select size="md" label={t("rounds.courier")} searchable value={courier} onChange={setCourier} placeholder={couriers.length === 0 ? t("rounds.noCourier") : undefined}
                  data={couriers.map((each) => ({ value: each.name, label: each.shown || each.name }))} />
                {parcels.length === 0 ? <Empty icon="check" title={t("rounds.noParcels")} help={t("rounds.noParcelsHelp")} /> : (
                  <Checkbox.Group label={t("rounds.parcels")} value={chosen} onChange={setChosen}>
                    <Stack gap="sm" mt="xs">
                      {parcels.map((each) => (
                        <Checkbox key={each.parcel} value={each.parcel} size="md"
                          label={<><span className="rr-mono rr-strong">{each.parcel}</span> <span className="rr-any">{each.shown}</span> {each.priority === 1 && <Tag tone="bad">{t("rounds.first")}</Tag>}</>}
                          description={each.lines.map((line) => `${format.number(line.n)} × ${format.name(line) || goods(line.item).name}`).join(" · ")} />
                      ))}
                    </Stack>
                  </Checkbox.Group>
                )}
              </>
            )}
          </Loaded>
        )}
        <Refused error={plan.error} />
        <Button size="md" disabled={!site || !courier || chosen.length === 0} loading={plan.isPending} onClick={() => plan.mutate()}>{t("rounds.planThese", { n: format.number(chosen.length) })}</Button>
      </Stack>
    </Dialog>
  );
}
