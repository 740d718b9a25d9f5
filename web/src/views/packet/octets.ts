// A frame's octets in rows, and its fields as a tree: two pictures of one thing.

import type { FieldLine } from "../../api/types";

/** Octets in a row of the dump. */
export const ROW = 16;

export interface OctetRow {
  /** The number of its first octet. */
  at: number;
  octets: number[];
}

/** The octets of a text of hexadecimal digits; an odd digit at the end is left out. */
export function octetsOf(hex: string): number[] {
  return Array.from({ length: Math.floor(hex.length / 2) }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16));
}

/** Rows of the dump. */
export function rowsOf(octets: number[]): OctetRow[] {
  return Array.from({ length: Math.ceil(octets.length / ROW) }, (_, row) => ({
    at: row * ROW,
    octets: octets.slice(row * ROW, (row + 1) * ROW),
  }));
}

export const hex = (octet: number) => octet.toString(16).padStart(2, "0");

/** The character that an octet is in ASCII, a dot where it is none. */
export const letter = (octet: number) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".");

export interface FieldNode {
  field: FieldLine;
  /** Its place in the list: names it among fields of one name. */
  index: number;
  children: FieldNode[];
}

/** The list of fields, each with its depth, as a tree. */
export function treeOf(fields: FieldLine[]): FieldNode[] {
  const roots: FieldNode[] = [];
  const open: FieldNode[] = [];
  fields.forEach((field, index) => {
    const node: FieldNode = { field, index, children: [] };
    open.length = Math.min(open.length, field.depth);
    (open.at(-1)?.children ?? roots).push(node);
    open.push(node);
  });
  return roots;
}

/** The innermost field that holds this octet: the shortest, and of equals the deepest. */
export function fieldAt(fields: FieldLine[], octet: number): number | null {
  let best: number | null = null;
  const size = (index: number) => (fields[index]?.end ?? 0) - (fields[index]?.start ?? 0);
  fields.forEach((field, index) => {
    if (octet < field.start || octet >= field.end) return;
    if (best === null || size(index) <= size(best)) best = index;
  });
  return best;
}
