// What is replayed, and when: frames to flights, the lab's time to time for eyes, the playhead's moves.
import { describe, expect, it } from "vitest";
import type { FrameLine } from "../api/types";
import { flights, lastExchange } from "./flights";
import { playhead } from "./playhead.svelte";
import { EYES, Warp } from "./warp";

let sequence = 0;
function line(seconds: number, direction: "in" | "out", at: string, peer: string, link: string, more: Partial<FrameLine> = {}): FrameLine {
  const [node = "", jack = ""] = at.split(".");
  return {
    sequence: sequence++, seconds, nanos: Math.round(seconds * 1e9), node, jack, link, peer, direction, packet: "pc1:1", parent: null,
    length: 60, layers: ["eth", "ip", "tcp"], protocol: "tcp", src: "", dst: "", info: { en: "", zh: "" }, dropped: null, ...more,
  };
}
/** pc1 sends to a switch, which floods to r1 and pc2; the copy to pc2 is lost. */
const flood = (at: number, packet: string) => [
  line(at, "out", "pc1.eth0", "sw.1", "a", { packet }),
  line(at + 1e-6, "in", "sw.1", "pc1.eth0", "a", { packet }),
  line(at + 2e-6, "out", "sw.2", "r1.lan", "b", { packet }),
  line(at + 2e-6, "out", "sw.3", "pc2.eth0", "c", { packet, dropped: { reason: "lost", en: "", zh: "" } }),
  line(at + 3e-6, "in", "r1.lan", "sw.2", "b", { packet }),
];

describe("flights", () => {
  it("join a departure with its own arrival", () => {
    const found = flights([...flood(1, "pc1:1"), ...flood(2, "pc1:1")]);
    expect(found.map((flight) => [flight.link, flight.start, flight.end, flight.lost])).toEqual([
      ["a", 1, 1 + 1e-6, false],
      ["b", 1 + 2e-6, 1 + 3e-6, false],
      ["c", 1 + 2e-6, 1 + 2e-6 + 1e-6, true],
      ["a", 2, 2 + 1e-6, false],
      ["b", 2 + 2e-6, 2 + 3e-6, false],
      ["c", 2 + 2e-6, 2 + 2e-6 + 1e-6, true],
    ]);
  });
  it("of other packets are not confused", () => {
    const [out] = flood(1, "pc1:1");
    const [, arrival] = flood(1, "pc1:2");
    expect(flights([out!, arrival!])[0]?.end).toBe(1 + 1e-6);
    expect(flights([out!, arrival!])).toHaveLength(1);
  });
});

describe("the last exchange", () => {
  it("begins after a quiet", () => {
    const [old, young] = [flood(1, "pc1:1"), flood(3, "pc1:2")];
    expect(lastExchange([...old, ...young])).toEqual(young);
  });
  it("is rather one of programs than the network's upkeep", () => {
    const spoken = flood(1, "pc1:1");
    const upkeep = [line(9, "out", "r1.lan", "sw.2", "b", { layers: ["eth", "arp"] })];
    expect(lastExchange([...spoken, ...upkeep])).toEqual(spoken);
    expect(lastExchange(upkeep)).toEqual(upkeep);
    expect(lastExchange([])).toEqual([]);
  });
});

describe("time for eyes", () => {
  const warp = new Warp(flights([...flood(1, "pc1:1"), ...flood(1.2, "pc1:2")]));
  it("takes ten seconds in all, and goes there and back", () => {
    expect(warp.toEye(1)).toBe(0);
    expect(warp.toEye(1.2 + 3e-6)).toBeCloseTo(EYES);
    for (const eye of [0, 0.1, 3.3, 7, EYES]) expect(warp.toEye(warp.toLab(eye))).toBeCloseTo(eye, 4);
  });
  it("never runs back, and shows a microsecond", () => {
    for (let at = 1; at < warp.eyes.length; at++) expect(warp.eyes[at]!).toBeGreaterThan(warp.eyes[at - 1]!);
    expect(warp.toEye(1 + 1e-6)).toBeGreaterThan(0.5);
  });
  it("is held at the ends, and knows its moments", () => {
    expect([warp.toLab(-1), warp.toLab(99)]).toEqual([1, 1.2 + 3e-6]);
    expect(warp.next(0, 1)).toBe(warp.eyes[1]);
    expect(warp.next(warp.length, 1)).toBe(warp.length);
    expect(warp.next(0.001, -1)).toBe(0);
    expect(new Warp([]).toLab(3)).toBe(0);
  });
});

describe("the playhead", () => {
  it("plays, stops at the ends, and goes back", () => {
    playhead.show(flood(5, "pc1:9"));
    expect(playhead.live).toBe(false);
    playhead.advance(0.1);
    expect(playhead.aloft.map((flight) => flight.link)).toEqual(["a"]);
    expect(playhead.position).toBeGreaterThan(5);
    playhead.advance(100);
    expect([playhead.eye, playhead.moving]).toEqual([EYES, 0]);
    playhead.nudge(-1);
    expect(playhead.eye).toBeLessThan(EYES);
    playhead.goLive();
    expect([playhead.position, playhead.aloft]).toEqual([null, []]);
  });
  it("has nothing to play where nothing flew", () => {
    playhead.show([]);
    expect([playhead.empty, playhead.live]).toEqual([true, true]);
  });
});
