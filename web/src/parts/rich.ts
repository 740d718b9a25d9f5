// The service's prose as pieces: paragraphs, `code`, **strong**; anything else is plain text.

export interface Piece {
  kind: "plain" | "code" | "strong";
  text: string;
}

const MARKS = /`([^`]+)`|\*\*([^*]+)\*\*/g;

/** A line that breaks between Chinese characters is no space. */
const CHINESE_BREAK = /([\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])/g;

/** Paragraphs are divided by blank lines. */
export const paragraphs = (text: string): string[] =>
  text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().replace(CHINESE_BREAK, "$1").replaceAll("\n", " "))
    .filter((paragraph) => paragraph !== "");

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  const plain = (end: number) => end > at && found.push({ kind: "plain", text: text.slice(at, end) });
  for (const match of text.matchAll(MARKS)) {
    plain(match.index);
    found.push(match[1] === undefined ? { kind: "strong", text: match[2] ?? "" } : { kind: "code", text: match[1] });
    at = match.index + match[0].length;
  }
  plain(text.length);
  return found;
}
