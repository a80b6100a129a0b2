/** The pages that the menu leads to, in groups, and who may see each: as hub/core/access.py has it for their routes. */
import type { Role } from "./api";
import type { IconName } from "./parts/icons";

export interface Entry {
  page: string;
  icon: IconName;
  /** Left out: everyone. */
  roles?: readonly Role[];
}

const INDOORS: readonly Role[] = ["admin", "supervisor", "operator", "clerk", "staff", "helpline", "engineer", "auditor"];
const AT_SITES: readonly Role[] = ["admin", "supervisor", "operator", "clerk", "staff", "auditor"];
const OWNING: readonly Role[] = ["admin", "supervisor", "staff", "auditor"];
const RECALLING: readonly Role[] = ["admin", "supervisor", "operator", "clerk", "staff", "helpline", "auditor"];
const MACHINES: readonly Role[] = ["admin", "supervisor", "operator", "clerk", "engineer", "auditor"];
const WATCHING: readonly Role[] = ["admin", "supervisor", "engineer", "auditor"];

/** A group is named `navGroup.<name>`, a page `nav.<page>`. */
export const MENU: readonly { group: string; entries: readonly Entry[] }[] = [
  { group: "now", entries: [
    { page: "round", icon: "vehicle", roles: ["courier"] },
    { page: "overview", icon: "overview", roles: INDOORS },
    { page: "alerts", icon: "bell", roles: INDOORS },
    { page: "map", icon: "map", roles: INDOORS },
    { page: "trace", icon: "trace", roles: INDOORS },
  ] },
  { group: "relief", entries: [
    { page: "incidents", icon: "alert", roles: RECALLING },
    { page: "helpline", icon: "phone", roles: ["admin", "supervisor", "staff", "helpline", "auditor"] },
    { page: "requests", icon: "requests", roles: ["admin", "supervisor", "staff", "helpline", "auditor"] },
    { page: "consignments", icon: "transit", roles: RECALLING },
    { page: "parcels", icon: "parcel", roles: RECALLING },
    { page: "notices", icon: "notice", roles: ["admin", "supervisor", "staff", "helpline", "auditor"] },
  ] },
  { group: "goods", entries: [
    { page: "stock", icon: "stock", roles: INDOORS },
    { page: "deliveries", icon: "deliveries", roles: AT_SITES },
    { page: "transfers", icon: "transfers", roles: OWNING },
    { page: "recall", icon: "recall", roles: RECALLING },
    { page: "reports", icon: "reports", roles: AT_SITES },
    { page: "discrepancies", icon: "discrepancies", roles: INDOORS },
  ] },
  { group: "plan", entries: [
    { page: "needs", icon: "needs", roles: ["admin", "supervisor", "staff", "helpline", "auditor"] },
    { page: "picks", icon: "picks", roles: ["admin", "supervisor", "operator", "clerk", "staff", "auditor"] },
    { page: "space", icon: "space", roles: ["admin", "supervisor", "operator", "clerk", "staff", "auditor"] },
  ] },
  { group: "lastMile", entries: [
    { page: "station", icon: "station", roles: RECALLING },
    { page: "rounds", icon: "user", roles: ["admin", "supervisor", "operator", "clerk", "auditor"] },
    { page: "trips", icon: "vehicle", roles: RECALLING },
    { page: "direct", icon: "arrow", roles: ["admin", "supervisor", "staff", "helpline", "auditor"] },
  ] },
  { group: "machines", entries: [
    { page: "devices", icon: "devices", roles: MACHINES },
    { page: "quarantine", icon: "quarantine", roles: WATCHING },
  ] },
  { group: "setup", entries: [
    { page: "setup", icon: "check", roles: ["admin"] },
    { page: "catalogue", icon: "stock", roles: INDOORS },
    { page: "people", icon: "user", roles: ["admin", "supervisor", "auditor"] },
    { page: "import", icon: "importing", roles: ["admin", "supervisor"] },
    { page: "print", icon: "print", roles: ["admin", "supervisor", "operator", "clerk", "engineer"] },
    { page: "settings", icon: "more", roles: WATCHING },
  ] },
];

export const address = (page: string): string => (page === "overview" ? "/" : `/${page}`);

/** The groups with the pages that a role may see; a group without any is left out. */
export function menuOf(role: Role): { group: string; entries: Entry[] }[] {
  return MENU
    .map(({ group, entries }) => ({ group, entries: entries.filter((each) => !each.roles || each.roles.includes(role)) }))
    .filter(({ entries }) => entries.length > 0);
}
