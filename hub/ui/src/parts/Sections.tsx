/** The sections of a page, each with an address of its own. */
import { Link, useLocation } from "wouter";

export interface Section {
  href: string;
  title: string;
}

export function Sections({ label, sections }: { label: string; sections: Section[] }) {
  const [path] = useLocation();
  if (sections.length < 2) return null;
  return (
    <nav className="rr-sections" aria-label={label}>
      {sections.map(({ href, title }) => <Link key={href} href={href} aria-current={path === href ? "page" : undefined}>{title}</Link>)}
    </nav>
  );
}
