// A clause as the code cites it, `rfc9293#3.10.7.4`: how people read it, and where it can be read.

const partsOf = (clause: string): [document: string, section: string] => {
  const [document = "", section = ""] = clause.split("#", 2);
  return [document, section];
};

/** RFC 9293, 3.10.7.4 */
export function clauseName(clause: string): string {
  const [document, section] = partsOf(clause);
  const name = document.replace(/^rfc(?=\d)/, "RFC ").replace(/^ieee(?=\d)/, "IEEE ");
  return section === "" ? name : `${name}, ${section}`;
}

/** At its publisher, by section. */
export function clauseAddress(clause: string): string {
  const [document, section] = partsOf(clause);
  return `https://www.rfc-editor.org/rfc/${document}${section === "" ? "" : `#section-${section}`}`;
}
