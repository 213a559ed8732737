// What the navigation leads to, in groups: paths and words.
import { session } from "../api/session.svelte";
import { router } from "../router.svelte";

export type PageLink = readonly [path: string, label: string];

const GROUPS: readonly { heading: string; pages: readonly PageLink[] }[] = [
  {
    heading: "",
    pages: [["", "Home"]],
  },
  {
    heading: "Monitoring",
    pages: [
      ["dashboards", "Dashboards"],
      ["alerts", "Alerts"],
      ["alerting", "Alerting"],
      ["cameras", "Cameras"],
      ["events", "Events"],
      ["annotations", "Annotations"],
    ],
  },
  {
    heading: "Fleet",
    pages: [
      ["devices", "Devices"],
      ["sites", "Sites"],
      ["customers", "Customers"],
      ["configuration", "Configuration"],
      ["commands", "Commands"],
    ],
  },
  {
    heading: "Data",
    pages: [
      ["profiles", "Profiles"],
      ["admin/quarantine", "Quarantine"],
      ["admin/exports", "Exports"],
    ],
  },
  {
    heading: "Administration",
    pages: [
      ["admin/organization", "Organization"],
      ["admin/audit", "Audit log"],
      ["admin/operations", "Operations"],
    ],
  },
];

// What the organization keeps to itself isn't there for people of its customers.
const OF_CUSTOMERS = new Set(["", "devices", "sites", "dashboards", "cameras", "alerts", "annotations", "events", "admin/exports"]);

/** What the person who looks is led to. */
export function offered() {
  if (!session.isOfCustomer) return GROUPS;
  const theirs = GROUPS.map(({ heading, pages }) => ({ heading, pages: pages.filter(([path]) => OF_CUSTOMERS.has(path)) }));
  return [...theirs.filter(({ pages }) => pages.length > 0), { heading: "Yours", pages: [["admin/sessions", "Sessions"], ["admin/security", "Security"]] as PageLink[] }];
}

/** What a telephone has within a thumb's reach, each with the line of its picture. */
export const MOST_USED: readonly (readonly [...PageLink, icon: string])[] = [
  ["", "Home", "M3 10.5 12 3l9 7.5V20a1 1 0 0 1-1 1h-5v-6H9v6H4a1 1 0 0 1-1-1z"],
  ["devices", "Devices", "M7 7h10v10H7zM10 3v4m4-4v4m-4 10v4m4-4v4M3 10h4m-4 4h4m10-4h4m-4 4h4"],
  ["dashboards", "Dashboards", "M3 3h8v10H3zm10 0h8v6h-8zm0 8h8v10h-8zM3 15h8v6H3z"],
  ["cameras", "Cameras", "M3 6h12a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1m13 5 6-4v10l-6-4"],
  ["alerts", "Alerts", "M6 16V10a6 6 0 0 1 12 0v6l2 2H4zm4 4a2 2 0 0 0 4 0"],
];

/** As `aria-current` has it. */
export function current(path: string): "page" | undefined {
  const here = router.parts.join("/");
  const isHere = path === "" ? here === "" : here === path || here.startsWith(`${path}/`);
  return isHere ? "page" : undefined;
}
