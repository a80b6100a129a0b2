/** Line icons on a 24-unit grid, drawn for this page. They are decoration: the words beside them carry the meaning. */
import type { SVGProps } from "react";

const PATHS = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
  stock: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8M8 6l8 4",
  map: "M9 5 4 7v12l5-2 6 2 5-2V5l-5 2zM9 5v12M15 7v12",
  trace: "M6 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 17h6a3 3 0 0 0 0-6h-4a3 3 0 0 1 0-6h6",
  devices: "M7 3h10v18H7zM11 18h2M10 6h4",
  quarantine: "M12 3l8 3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9V6zM12 8v5M12 16v.01",
  discrepancies: "M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z",
  deliveries: "M4 10h16v10H4zM9 10v4h6v-4M12 2v6M9 5.500l3 3 3-3",
  transfers: "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
  recall: "M4 12a8 8 0 1 0 3-6.200M4 4v4h4M12 8v4.500M12 15.500v.01",
  more: "M12 6v.01M12 12v.01M12 18v.01",
  needs: "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3",
  reports: "M5 3h10l4 4v14H5zM15 3v4h4M9 17v-4M12 17v-7M15 17v-2",
  requests: "M4 12h4l2 3h4l2-3h4M4 12l3-8h10l3 8v8H4z",
  transit: "M2 17V8h11v9M13 11h4l4 3v3h-2M6 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 17h7M5 11h5M5 5h6",
  parcel: "M4 7h16v13H4zM4 7l2-3h12l2 3M12 4v8M9 12h6",
  picks: "M4 5h2l2 11h10l2-8H7M9.500 20v.01M17 20v.01",
  space: "M3 20V9l9-5 9 5v11M7 20v-5h5v5M12 15h5v5",
  importing: "M12 15V4M7 9l5-5 5 5M5 16v4h14v-4",
  print: "M7 9V4h10v5M5 9h14v8h-3M8 17H5V9M8 14h8v6H8z",
  phone: "M6 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 4 6a2 2 0 0 1 2-2z",
  notice: "M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5",
  scan: "M4 8V5h3M17 5h3v3M20 16v3h-3M7 19H4v-3M8 9v6M11 9v6M13.500 9v6M16 9v6",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M5.600 18.400 7 17M17 7l1.400-1.400",
  moon: "M19 14.500A7.500 7.500 0 0 1 9.500 5 7.500 7.500 0 1 0 19 14.500z",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c0-4 3-6 7-6s7 2 7 6",
  out: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  check: "M5 12.500l4.500 4.500L19 7.500",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.500 1.500h-15zM10 20.500h4M12 5V3.500",
  alert: "M12 4 2.500 20h19zM12 10v4.500M12 17.500v.01",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4.500l3 2",
  link: "M4 9c5-4.500 11-4.500 16 0M7 13c3-2.700 7-2.700 10 0M12 17.500v.01",
  unlink: "M4 9c1.500-1.300 3-2.200 4.700-2.800M13 6c2.500.300 5 1.300 7 3M7 13c1-.9 2.200-1.500 3.500-1.800M12 17.500v.01M4 4l16 16",
  right: "M9 5l7 7-7 7",
  left: "M15 5l-7 7 7 7",
  arrow: "M4 12h15M14 7l5 5-5 5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  search: "M11 17a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM15.500 15.500 20 20",
  vehicle: "M3 16V7h10v9M13 10h4l4 3v3h-2M7 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM9 16h6M3 16h2",
  scanner: "M5 5h10l4 4h-7l-2 4H5zM8 13l2 7h4l-1.500-7",
  terminal: "M4 5h16v11H4zM9 20h6M12 16v4",
  warehouse: "M3 20V9l9-5 9 5v11M7 20v-8h10v8M7 16h10",
  station: "M5 20V8h14v12M3 8l2-4h14l2 4zM10 20v-6h4v6",
  hospital: "M5 20V5h14v15M12 8v6M9 11h6M3 20h18",
  camp: "M12 4 3 20h18zM12 11l-4 9M12 11l4 9",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  close: "M6 6l12 12M18 6 6 18",
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  pending: "M12 20a8 8 0 1 0-8-8M4 6v6h6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20, ...rest }: { name: IconName; size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8}
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false" {...rest}>
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a relay hands on from one point to the next. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b6a84" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M8 22c0-7 4-11 9-11" />
        <path d="m14 7 4 4-4 4" />
      </g>
      <circle cx="8" cy="23.5" r="2.8" fill="#fff" />
      <circle cx="24" cy="11" r="2.8" fill="#ffc24b" />
    </svg>
  );
}
