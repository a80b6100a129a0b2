/** Approve, refuse or withdraw a request: what will happen, a reason where one is needed, and the question. */
import { Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { transfers, type Transfer, type Verdict } from "../../calls/transfers";
import { useFormat } from "../../format";
import { useOwnerName } from "../../parts/Account";
import { Dialog, Sure } from "../../parts/Dialog";
import { useGoodsName } from "../../parts/Goods";
import { useUser } from "../../session";

export function Decide({ transfer, verdict, onClose }: { transfer: Transfer; verdict: Verdict; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const client = useQueryClient();
  const ownerName = useOwnerName();
  const nameOf = useGoodsName();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const decide = useMutation({
    mutationFn: () => transfers.decide(transfer.id, verdict, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: (each) => ["transfers", "stock"].includes(String(each.queryKey[0])) });
      onClose();
    },
  });
  const inStead = user.role !== "staff" && verdict !== "withdrawal";
  const needed = verdict === "refusal" || inStead;
  const what = { n: format.number(transfer.n), goods: nameOf(transfer.item), taker: ownerName(transfer.taker), giver: ownerName(transfer.giver) };
  const words = {
    approval: { question: t("transfer.sureApprove", what), action: t("transfer.approve"), facts: [t("transfer.approveOwner", what), t("transfer.approveStay"), t("transfer.approveBack")] },
    refusal: { question: t("transfer.sureRefuse", what), action: t("transfer.refuse"), facts: [t("transfer.refuseNothing")] },
    withdrawal: { question: t("transfer.sureWithdraw", what), action: t("transfer.withdraw"), facts: [t("transfer.refuseNothing")] },
  }[verdict];
  return (
    <Dialog title={words.action} size="md" onClose={onClose}>
      <Sure {...words} danger={verdict !== "approval"} pending={decide.isPending} error={decide.error} onBack={onClose} onSure={() => {
        setTried(true);
        if (!needed || reason.trim()) decide.mutate();
      }}>
        <Textarea label={t("goods.reason")} withAsterisk={needed} description={inStead ? t("transfer.inStead", what) : undefined} autosize minRows={2} maxLength={500}
          error={tried && needed && !reason.trim() ? t("goods.reasonNeeded") : null} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </Sure>
    </Dialog>
  );
}
