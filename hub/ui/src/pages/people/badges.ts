/** Who gives badges to whom: as hub/core/access.py, gives_badges; what the hub would refuse is not offered. */
interface Posted {
  role: string;
  site: string | null;
}

export function givesBadges(user: Posted, person: Posted): boolean {
  if (user.role !== "supervisor") return user.role === "admin";
  return (person.role === "operator" || person.role === "clerk") && (!user.site || person.site === user.site);
}
