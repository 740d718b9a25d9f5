// Where the visitor is, kept in the address after `#`, so that every view can be linked to.
//
//   #/                                    the front
//   #/lab/two-lans/network                a view of a lab
//   #/lab/two-lans/packet/pc1%3A15        with what it shows
//   #/lab/two-lans/events?filter=arp      with how it shows it

export const VIEWS = ["network", "events", "ladder", "packet", "machine", "lesson", "tasks"] as const;
export type View = (typeof VIEWS)[number];

/** What a view is asked to show; a lesson's `show` and an address both become one. */
export interface Place {
  /** packet: `pc1:15`; machine: its name; ladder: a conversation; lesson: its name. */
  arg: string | null;
  filter: string | null;
  /** packet: 7, 5 or 4. */
  layers: number | null;
  /** machine: which table. */
  table: string | null;
  /** packet: at which machine. */
  node: string | null;
  /** lesson: which scene, from 1. */
  scene: number | null;
}

export interface Where {
  lab: string | null;
  view: View;
  place: Place;
}

export const NOWHERE: Place = { arg: null, filter: null, layers: null, table: null, node: null, scene: null };

export function parse(hash: string): Where {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [kind, lab, view, arg] = path.split("/").map(decode);
  if (kind !== "lab" || !lab) return { lab: null, view: "network", place: NOWHERE };
  const asked = new URLSearchParams(query);
  const number = (key: string) => Number(asked.get(key)) || null;
  const given = { filter: asked.get("filter"), table: asked.get("table"), node: asked.get("node") };
  return {
    lab,
    view: VIEWS.find((one) => one === view) ?? "network",
    place: { arg: arg || null, ...given, layers: number("layers"), scene: number("scene") },
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a view. */
export function address(lab: string | null, view: View = "network", place: Partial<Place> = {}): string {
  if (lab === null) return "#/";
  const { arg, ...rest } = place;
  const parts = ["lab", lab, view, ...(arg ? [arg] : [])].map(encodeURIComponent);
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `#/${parts.join("/")}${query === "" ? "" : `?${query}`}`;
}

class Route {
  where: Where = $state.raw(parse(""));

  start() {
    const read = () => (this.where = parse(location.hash));
    addEventListener("hashchange", read);
    read();
  }

  go(lab: string | null, view: View = "network", place: Partial<Place> = {}) {
    location.hash = address(lab, view, place);
  }

  /** Another address for the same view, without a step in the browser's history. */
  refine(place: Partial<Place>) {
    const { lab, view, place: now } = this.where;
    history.replaceState(null, "", address(lab, view, { ...now, ...place }));
    this.where = parse(location.hash);
  }
}

export const route = new Route();
