// A clause as the code cites it, as people read it: `rfc9293#3.10.7.4` is RFC 9293, 3.10.7.4.

export function clauseName(clause: string): string {
  const [document = "", section = ""] = clause.split("#", 2);
  const name = document.replace(/^rfc(?=\d)/, "RFC ").replace(/^ieee(?=\d)/, "IEEE ");
  return section === "" ? name : `${name}, ${section}`;
}
