// What the service proposes while a filter is typed. It counts octets (UTF-8), the page characters (UTF-16).
import type { Completion } from "../../api/types";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Octets of the text before a character's place. */
export function octets(text: string, place: number): number {
  return encoder.encode(text.slice(0, place)).length;
}

/** The character's place behind so many octets. */
export function place(text: string, octets: number): number {
  return decoder.decode(encoder.encode(text).slice(0, octets)).length;
}

/** The text with the proposal in it, and where the cursor then stands. */
export function accept(text: string, proposal: Completion): { text: string; cursor: number } {
  const from = place(text, proposal.from);
  const rest = text.slice(place(text, proposal.to));
  // A space behind what is whole; none behind an opening bracket, or where one stands.
  const gap = proposal.text.endsWith("(") || rest.startsWith(" ") ? "" : " ";
  const head = text.slice(0, from) + proposal.text + gap;
  return { text: head + rest, cursor: head.length };
}

/** The proposal that the arrow keys reach next; -1 is none. */
export function next(chosen: number, count: number, key: "ArrowDown" | "ArrowUp"): number {
  if (count === 0) return -1;
  const step = key === "ArrowDown" ? 1 : -1;
  return ((chosen + 1 + step + (count + 1)) % (count + 1)) - 1;
}
