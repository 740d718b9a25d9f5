// Both dictionaries say everything, and differ where they should.
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

type Tree = { [key: string]: Tree | string | ((...given: never[]) => string) };

const leaves = (tree: Tree, at: string): [string, unknown][] =>
  Object.entries(tree).flatMap(([key, value]): [string, unknown][] =>
    typeof value === "object" ? leaves(value, `${at}${key}.`) : [[at + key, value]],
  );

describe("the dictionaries", () => {
  const [english, chinese] = [leaves(en as Tree, ""), leaves(zh as Tree, "")];

  it("have the same keys of the same kinds", () => {
    const kinds = (all: [string, unknown][]) => all.map(([key, value]) => `${key} ${typeof value}`).sort();
    expect(kinds(chinese)).toEqual(kinds(english));
  });

  it("leave nothing empty", () => {
    for (const [key, value] of [...english, ...chinese]) expect(value, key).not.toBe("");
  });

  it("have Chinese in the Chinese one, and none in the English", () => {
    const said = (value: unknown) => (typeof value === "function" ? String(value) : (value as string));
    const same = new Set(["name", "closed.command", "machine.tabs.tcp", "machine.tabs.udp"]);
    for (const [key, value] of chinese) if (!same.has(key)) expect(said(value), key).toMatch(/[\u4e00-\u9fff]/);
    for (const [key, value] of english) expect(said(value), key).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
