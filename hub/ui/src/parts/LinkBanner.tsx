/** Whether what is on screen is live: a small sign in the header, and a loud one when contact is lost. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { asServerTime, useNow } from "../clock";
import { useFormat } from "../format";
import { useLink } from "../live";
import { Icon } from "./icons";
import { Tag } from "./Page";

export function LinkSign() {
  const { t } = useTranslation();
  const { link } = useLink();
  if (link === "live") {
    return (
      <span className="rr-tag" data-tone="ok" title={t("link.liveLong")}>
        <span className="rr-dot rr-live-dot" /> {t("link.live")}
      </span>
    );
  }
  if (link === "connecting") return <Tag title={t("link.connectingLong")} dot="hollow">{t("link.connecting")}</Tag>;
  return <Tag tone="bad" dot="hollow">{t("link.lost")}</Tag>;
}

const GOOD_NEWS_MS = 4_000;

export function LinkBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const { link, heardAt } = useLink();
  const now = useNow();
  const [lost, setLost] = useState(false);
  const [back, setBack] = useState(false);
  if (link === "lost" && !lost) setLost(true);
  if (link === "live" && lost) {
    setLost(false);
    setBack(true);
  }
  useEffect(() => {
    if (!back) return;
    const timer = setTimeout(() => setBack(false), GOOD_NEWS_MS);
    return () => clearTimeout(timer);
  }, [back]);
  if (lost) {
    return (
      <div className="rr-banner" data-tone="bad">
        <Icon name="unlink" />
        <span>
          <strong role="alert">{t("link.lost")}. </strong>
          {t("link.banner", { span: format.span(Math.max(0, (now - asServerTime(heardAt)) / 1_000)) })}{" "}
          {t("link.bannerHelp", { time: format.time(asServerTime(heardAt)) })}
        </span>
      </div>
    );
  }
  return <div role="status">{back && <div className="rr-banner" data-tone="ok"><Icon name="check" />{t("link.back")}</div>}</div>;
}
