// Where a clause can be read: `rfc9293#3.5` at its publisher, by section.

export function clauseAddress(clause: string): string {
  const [document = "", section = ""] = clause.split("#", 2);
  return `https://www.rfc-editor.org/rfc/${document}${section === "" ? "" : `#section-${section}`}`;
}
