// How a protocol is drawn: a colour and a shape, so that neither is needed alone.

export type Shape = "circle" | "square" | "diamond" | "triangle" | "letter" | "hexagon" | "pill";

export interface Look {
  /** The name of the colour in tokens.css. */
  colour: "arp" | "icmp" | "dns" | "udp" | "tcp" | "http" | "other";
  shape: Shape;
}

const LOOKS: Record<string, Look> = {
  arp: { colour: "arp", shape: "diamond" },
  icmp: { colour: "icmp", shape: "triangle" },
  dns: { colour: "dns", shape: "square" },
  udp: { colour: "udp", shape: "pill" },
  tcp: { colour: "tcp", shape: "circle" },
  http: { colour: "http", shape: "letter" },
};
const OTHER: Look = { colour: "other", shape: "hexagon" };

export const lookOf = (protocol: string): Look => LOOKS[protocol] ?? OTHER;

/** The outline of a shape around the origin, about 14 wide. */
export const OUTLINES: Record<Shape, string> = {
  circle: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0z",
  square: "M-6.5-6.5h13v13h-13z",
  diamond: "M0-8.5L8.5 0 0 8.5-8.5 0z",
  triangle: "M0-8.5L8.5 6.5H-8.5z",
  letter: "M-9-6.5H9V6.5H-9zM-9-6.5L0 1 9-6.5",
  hexagon: "M-4-7H4L8 0 4 7H-4L-8 0z",
  pill: "M-4-5.5h8a5.5 5.5 0 0 1 0 11h-8a5.5 5.5 0 0 1 0-11z",
};

/** At which layer a frame is drawn as what: the name of its protocol there, or nothing. */
export function seenAt(layers: string[], level: Level): string | null {
  if (level === 1) return "";
  if (level === 2) return layers[1] ?? layers[0] ?? "";
  const top = layers.at(-1) ?? "";
  if (level === 3) return layers.includes("ip") ? (layers[2] ?? "ip") : null;
  return ["eth", "ip", "arp", "tcp", "udp", "icmp", "data"].includes(top) ? null : top;
}

/** The layers at which the network can be drawn; "all" hides nothing. */
export type Level = 1 | 2 | 3 | 7 | "all";
export const LEVELS: Level[] = ["all", 1, 2, 3, 7];
