import { describe, expect, it } from "vitest";
import { accept, next, octets, place } from "./completion";

const about = { en: "", zh: "" };

describe("completion of a filter", () => {
  it("counts octets as the service does", () => {
    expect(octets("node == \"中\" &&", 10)).toBe(12);
    expect(place("node == \"中\" &&", 12)).toBe(10);
  });

  it("replaces the word and goes on behind it", () => {
    expect(accept("tcp.fl", { text: "tcp.flags.syn", from: 0, to: 6, about })).toEqual({ text: "tcp.flags.syn ", cursor: 14 });
    expect(accept("ip.tt == 1", { text: "ip.ttl", from: 0, to: 5, about })).toEqual({ text: "ip.ttl == 1", cursor: 6 });
    expect(accept("arp || le", { text: "len(", from: 7, to: 9, about })).toEqual({ text: "arp || len(", cursor: 11 });
  });

  it("is walked through by arrows, round and round, with nothing chosen in between", () => {
    expect([next(-1, 3, "ArrowDown"), next(2, 3, "ArrowDown"), next(-1, 3, "ArrowUp"), next(0, 3, "ArrowUp")]).toEqual([0, -1, 2, -1]);
    expect(next(-1, 0, "ArrowDown")).toBe(-1);
  });
});
