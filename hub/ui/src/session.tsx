/** Who is signed in. Any answer 401 ends the session here too, and the page asks to sign in where it stands. */
import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, type ReactNode } from "react";

import { api, ApiError, type User } from "./api";

const Session = createContext<User | null>(null);

/** The signed-in user; only called below SessionGate. */
export function useUser(): User {
  const user = useContext(Session);
  if (!user) throw new Error("useUser is called outside of a session");
  return user;
}

/** An answer 401: signed out by the hub, which the sign-in page should say if someone was signed in. */
export function endSession(client: QueryClient): void {
  if (client.getQueryData(["session"])) client.setQueryData(["session-ended"], true);
  client.setQueryData(["session"], null);
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    const user = client.getQueryData(["session"]);
    client.setQueryData(["session"], null); // the pages close first, so that none of them asks without a session
    try {
      await api.signOut();
      sessionStorage.clear(); // what a courier was shown of people
    } catch (error) {
      const out = error instanceof ApiError && error.status === 401;
      if (!out) client.setQueryData(["session"], user); // the hub did not hear it: this person is still signed in
    }
    // Not by clear(): the gate would go on watching a query that is gone.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  };
}

interface GateProps {
  children: ReactNode;
  signIn: ReactNode;
  waiting: ReactNode;
  failed: (retry: () => void) => ReactNode;
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: Infinity,
  queryFn: async () => {
    try {
      return (await api.session()).user;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
});

export function SessionGate({ children, signIn, waiting, failed }: GateProps) {
  const session = useQuery(sessionQuery);
  if (session.isPending) return waiting;
  if (session.data === undefined) return failed(() => void session.refetch());
  if (session.data === null) return signIn;
  return <Session.Provider value={session.data}>{children}</Session.Provider>;
}
