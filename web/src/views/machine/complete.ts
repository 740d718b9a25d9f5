// Tab: the last word of a line, completed as far as the known words agree.

/** The line, longer by what is certain; as it was when nothing is. */
export function complete(line: string, programs: string[], names: string[]): string {
  const at = Math.max(line.lastIndexOf(" "), line.lastIndexOf("|"), line.lastIndexOf(";")) + 1;
  const word = line.slice(at);
  if (word === "") return line;
  // The first word of a command is a program.
  const first = /(^|[|;&])\s*$/.test(line.slice(0, at));
  const fits = [...new Set(first ? programs : names)].filter((known) => known.startsWith(word));
  const [one] = fits;
  if (one === undefined) return line;
  if (fits.length === 1) return `${line.slice(0, at)}${one} `;
  let length = word.length;
  while (length < one.length && fits.every((fit) => fit[length] === one[length])) length += 1;
  return line.slice(0, at) + one.slice(0, length);
}
