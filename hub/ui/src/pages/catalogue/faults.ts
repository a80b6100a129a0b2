/** The faults of the one row that was sent in a list, by its fields. */
export function listed(faults: Record<string, string>, list: string): Record<string, string> {
  const head = `${list}/0/`;
  return Object.fromEntries(Object.entries(faults).flatMap(([field, said]) => {
    const key = field.replaceAll(".", "/").replace(/^body\//, "").replace(/^(SiteList|ItemList|OrganisationList)\//, "");
    return key.startsWith(head) ? [[key.slice(head.length), said]] : [];
  }));
}
