/** Ask that goods of a row of the stock get another owner. What they are stands in the address. */
import { Button, Group, NumberInput, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { CONDITIONS, transfers, type TransferWish } from "../../calls/transfers";
import { Account } from "../../parts/Account";
import { Dialog } from "../../parts/Dialog";
import { Condition, Goods, Owner, Quantity } from "../../parts/Goods";
import { OwnerSelect } from "../../parts/Pickers";
import { Refused } from "../../parts/Refused";
import { useUser } from "../../session";

export function Ask({ wanted, onClose }: { wanted: URLSearchParams; onClose: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const client = useQueryClient();
  const of = (name: string) => wanted.get(name) ?? "";
  const giver = of("giver");
  const stands = Number(of("n")) || 0;
  const asksForSelf = user.role === "staff" && user.organisation !== giver;
  const [taker, setTaker] = useState<string | null>(asksForSelf ? user.organisation : null);
  const [n, setN] = useState<number | string>(stands > 0 ? stands : "");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const ask = useMutation({
    mutationFn: (wish: TransferWish) => transfers.ask(wish),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["transfers"] });
      onClose();
    },
  });
  const tooMany = typeof n === "number" && stands > 0 && n > stands;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!taker || taker === giver || typeof n !== "number" || n < 1 || tooMany) return;
    ask.mutate({
      account: of("account"), item: of("item"), lot: of("lot"), condition: CONDITIONS.find((each) => each === of("condition")) ?? "good", giver, taker, n, note: note.trim(),
      asked_for: user.role === "staff" ? user.organisation : taker,
    });
  };
  return (
    <Dialog title={t("transfer.askTitle")} size="md" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <div className="rr-note" style={{ margin: 0 }}>
            <Goods item={of("item")} lot={of("lot")} />
            <div><Account account={of("account")} /> · <Quantity item={of("item")} n={stands} />{of("condition") !== "good" && <> · <Condition value={of("condition")} /></>}</div>
            <div>{t("transfer.belongsTo")} <strong><Owner id={giver} /></strong></div>
          </div>
          <OwnerSelect size="md" label={t("transfer.taker")} withAsterisk value={taker} onChange={setTaker} disabled={asksForSelf}
            error={!tried ? null : !taker ? t("goods.choose") : taker === giver ? t("transfer.sameOwner") : null} />
          <NumberInput size="md" label={t("common.quantity")} withAsterisk min={1} max={1_000_000_000} allowDecimal={false} allowNegative={false} hideControls inputMode="numeric"
            value={n} onChange={setN} error={tooMany ? t("transfer.tooMany", { n: stands }) : tried && !n ? t("goods.choose") : null} />
          <Textarea size="md" label={t("transfer.note")} autosize minRows={2} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
          <div className="rr-small rr-dim">{t("transfer.askHelp")}</div>
          <Refused error={ask.error} />
          <Group justify="space-between">
            <Button size="md" variant="default" onClick={onClose}>{t("ask.back")}</Button>
            <Button size="md" type="submit" loading={ask.isPending}>{t("transfer.ask")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
