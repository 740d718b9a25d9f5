// What a machine's label says: the same lines, cut at the same width, as the service made room for
// (`layout/text.rs` declares the table of widths).

import type { NodeLine } from "../../api/types";

const NARROW = 7.5;
const WIDE = 14;
const MOST = 190;
const MOST_ADDRESSES = 4;

function advance(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  const within = (from: number, to: number) => code >= from && code <= to;
  if (within(0x300, 0x36f) || within(0x200b, 0x200f)) return 0;
  const wide = within(0x1100, 0x115f) || within(0x2e80, 0xd7ff) || within(0xf900, 0xfaff) || within(0xfe30, 0xfe6f);
  return wide || within(0xff00, 0xff60) || within(0xffe0, 0xffe6) || within(0x1f000, 0x3ffff) ? WIDE : NARROW;
}

/** The line, cut with `…` where it is too wide. */
export function fitted(line: string): string {
  const letters = [...line];
  const width = letters.reduce((sum, letter) => sum + advance(letter), 0);
  if (width <= MOST) return line;
  let room = MOST - NARROW;
  const kept = letters.findIndex((letter) => (room -= advance(letter)) < 0);
  return `${letters.slice(0, kept).join("")}…`;
}

/** The lines of a label; `more` says how many addresses are left out. */
export function labelLines(node: NodeLine, title: string, more: (count: number) => string): string[] {
  const shown = node.addresses.length > MOST_ADDRESSES ? MOST_ADDRESSES - 1 : MOST_ADDRESSES;
  const addresses = node.addresses.slice(0, shown).map((address) => address.split("/")[0] ?? address);
  const rest = node.addresses.length - addresses.length;
  const lines = [node.name, ...(title !== "" && title !== node.name ? [title] : []), ...addresses];
  return [...lines.map(fitted), ...(rest > 0 ? [more(rest)] : [])];
}
