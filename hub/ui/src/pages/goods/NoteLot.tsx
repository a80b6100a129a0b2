/** Recall a lot, set it aside, or release it: what follows, and why. */
import { Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { recall, type LotState } from "../../calls/recall";
import { Dialog, Sure } from "../../parts/Dialog";
import { useGoodsName } from "../../parts/Goods";
import { toHarmless } from "../../scan";

export function NoteLot({ item, lot, state, onClose }: { item: string; lot: string; state: LotState; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const nameOf = useGoodsName();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const note = useMutation({
    mutationFn: () => recall.note(item, lot, state, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ predicate: (each) => ["recall", "lotNotes"].includes(String(each.queryKey[0])) });
      onClose();
    },
  });
  const which = lot ? t("recall.lotOf", { lot: toHarmless(lot).slice(0, 60), goods: nameOf(item) }) : t("recall.allOf", { goods: nameOf(item) });
  const words = {
    recalled: { action: t("recall.recall"), question: t("recall.sureRecall", { which }), facts: [t("recall.recallWarns"), t("recall.recallMoves"), t("recall.recallBack")] },
    quarantined: { action: t("recall.setAside"), question: t("recall.sureSetAside", { which }), facts: [t("recall.setAsideWarns"), t("recall.recallMoves"), t("recall.recallBack")] },
    ok: { action: t("recall.release"), question: t("recall.sureRelease", { which }), facts: [t("recall.releaseWarns")] },
  }[state];
  return (
    <Dialog title={words.action} size="md" onClose={onClose}>
      <Sure {...words} danger={state === "recalled"} pending={note.isPending} error={note.error} onBack={onClose} onSure={() => {
        setTried(true);
        if (reason.trim()) note.mutate();
      }}>
        <Textarea label={t("goods.reason")} withAsterisk autosize minRows={2} maxLength={500} description={t("recall.reasonHelp")} value={reason}
          error={tried && !reason.trim() ? t("goods.reasonNeeded") : null} onChange={(event) => setReason(event.currentTarget.value)} />
      </Sure>
    </Dialog>
  );
}
