/** Puts the dashboard together: languages, colours, the cache of what the hub said, the session, the live link. */
import "./mantine.css";
import "./styles.css";
import "./forms.css";
import "./paper.css";

import { MantineProvider } from "@mantine/core";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiError } from "./api";
import { App } from "./app";
import { askFirst } from "./first";
import { startLanguages } from "./i18n";
import { endSession } from "./session";
import { resolver, schemeManager, theme } from "./theme";

/** Events renew what changed; this is the net below them. */
const SAFETY_REFETCH_MS = 30_000;

/** A hub of a newer version has other files: a page that is open since before cannot load its parts any more. */
const RELOAD_AGAIN_MS = 30_000;
window.addEventListener("vite:preloadError", () => {
  const last = Number(sessionStorage.getItem("relay-reloaded"));
  if (Date.now() - last < RELOAD_AGAIN_MS) return;
  sessionStorage.setItem("relay-reloaded", String(Date.now()));
  window.location.reload();
});

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof ApiError && error.status === 401) endSession(client);
    },
  }),
  defaultOptions: {
    queries: {
      networkMode: "always", // the hub may be on this very machine, with no network at all
      staleTime: 5_000,
      refetchInterval: SAFETY_REFETCH_MS,
      retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      retryDelay: (attempt) => 500 * 2 ** attempt,
    },
    mutations: { networkMode: "always" },
  },
});

await Promise.all([startLanguages(), window.location.pathname !== "/welcome" && askFirst(client)]);

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} colorSchemeManager={schemeManager} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
