/** What a role may do, by the route that does it: what the hub would refuse is not offered. The hub decides. */
import type { Role } from "./api";
import rules from "./access.json";
import { useUser } from "./session";

/** As `POST /users`; a test holds the table equal to hub/core/access.py. */
export type Deed = keyof typeof rules;

export function may(role: Role, deed: Deed): boolean {
  return (rules[deed] as string[]).includes(role);
}

export function useMay(): (deed: Deed) => boolean {
  const { role } = useUser();
  return (deed) => may(role, deed);
}
