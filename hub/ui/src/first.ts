/** What the overview shows is asked for as soon as it is known who looks: it is drawn once, with its figures. */
import { queryOptions, type QueryClient } from "@tanstack/react-query";

import { may } from "./access";
import { api } from "./api";
import { alerts } from "./calls/alerts";
import { sessionQuery } from "./session";

/** Open alerts that the page holds. */
export const OPEN_AT_ONCE = 200;
/** A slow answer is shown as what is missing, not as nothing at all. */
const PATIENCE_MS = 400;

export const summaryQuery = queryOptions({ queryKey: ["summary"], queryFn: api.summary });
export const devicesQuery = queryOptions({ queryKey: ["devices"], queryFn: api.devices });
export const sitesQuery = queryOptions({ queryKey: ["sites"], queryFn: api.sites });
export const openAlertsQuery = queryOptions({ queryKey: ["alerts", "open"], queryFn: () => alerts.list({ state: "open", limit: OPEN_AT_ONCE }) });

/** Ask; done when all has come, or nothing of it will, or it takes too long. */
export async function askFirst(client: QueryClient): Promise<void> {
  const all = async () => {
    const user = await client.fetchQuery(sessionQuery);
    if (!user || user.role === "courier" || user.role === "staff" || window.location.pathname !== "/") return;
    await Promise.all([
      client.prefetchQuery(summaryQuery),
      client.prefetchQuery(sitesQuery),
      client.prefetchQuery(openAlertsQuery),
      may(user.role, "GET /devices") && client.prefetchQuery(devicesQuery),
    ]);
  };
  await Promise.race([all().catch(() => undefined), new Promise((late) => setTimeout(late, PATIENCE_MS))]);
}
