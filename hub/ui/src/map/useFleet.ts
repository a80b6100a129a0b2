/** The fleet of a page: fed by the socket for what the map shows, and by the list of all vehicles now and then. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "../api";
import { useLink } from "../live";
import { Fleet } from "./fleet";
import { PositionLink, type Bounds } from "./positionLink";

/** Those out of view must not seem old for no other reason: two answers lie well within what makes a position old. */
const BASELINE_MS = 20_000;

export function useFleet() {
  const [fleet] = useState(() => new Fleet());
  const [open, setOpen] = useState(false);
  const heard = useRef(0);
  const link = useRef<PositionLink>(undefined);
  const seen = useRef<[Bounds, number]>(undefined);
  const all = useQuery({ queryKey: ["positions"], queryFn: api.positions, refetchInterval: BASELINE_MS });

  useEffect(() => {
    const made = new PositionLink(fleet, (state) => {
      heard.current = state.heardAt;
      setOpen(state.open);
    });
    link.current = made;
    if (seen.current) made.look(...seen.current);
    return () => made.close();
  }, [fleet]);

  const { data } = all;
  useEffect(() => {
    if (data) fleet.baseline(data.positions);
  }, [fleet, data]);

  const state = useLink().link;
  useEffect(() => {
    if (state === "live") link.current?.hurry();
    if (state === "lost") link.current?.restart();
  }, [state]);

  const look = useCallback((bounds: Bounds, zoom: number) => {
    seen.current = [bounds, zoom];
    link.current?.look(bounds, zoom);
  }, []);
  return { fleet, all, look, live: open && state !== "lost", heardAt: () => heard.current };
}
