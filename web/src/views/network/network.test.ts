// The network's picture: where a frame is on its cable, what is seen at a layer, how much goes over.
import { describe, expect, it } from "vitest";
import type { Live } from "../../api/types";
import type { Flight } from "../../state/flights";
import { Warp } from "../../state/warp";
import { type Point, along, beside, between, from, near, zoomed } from "./geometry";
import { shareOf } from "./parade.svelte";
import { OUTLINES, lookOf, seenAt } from "./protocols";
import { Rates, bits } from "./rates.svelte";

describe("a cable", () => {
  const bent: Point[] = [[0, 0], [30, 0], [30, 10]];
  it("is measured along its bends", () => {
    expect(along(bent, 0)).toEqual([0, 0]);
    expect(along(bent, 0.5)).toEqual([20, 0]);
    expect(along(bent, 0.875)).toEqual([30, 5]);
    expect(along(bent, 7)).toEqual([30, 10]);
    expect(along([[4, 4], [4, 4]], 0.3)).toEqual([4, 4]);
  });
  it("is seen between two machines", () => {
    const straight: Point[] = [[0, 0], [100, 0]];
    expect([0, 0.5, 1].map((share) => between(straight, share, 20)[0])).toEqual([20, 50, 80]);
    expect(between(straight, 0, 500)[0]).toBe(45);
  });
  it("has two ends, and an upper side whichever way it goes", () => {
    expect(near(bent, 10)).toEqual([10, 0]);
    expect(near(bent, -5)).toEqual([30, 5]);
    expect(from(bent, [29, 12])[0]).toEqual([30, 10]);
    expect(from(bent, [1, 1])).toBe(bent);
    expect(beside([[0, 0], [10, 0]], 0.5, 3)).toEqual([5, -3]);
    expect(beside([[10, 0], [0, 0]], 0.5, 3)[1]).toBeCloseTo(-3);
  });
});

describe("a window on the picture", () => {
  it("grows around the point that is held, within bounds", () => {
    const window = zoomed({ x: 0, y: 0, scale: 1 }, 2, [100, 50]);
    expect(window).toEqual({ x: 50, y: 25, scale: 2 });
    expect(zoomed(window, 1000, [0, 0]).scale).toBe(6);
    expect(zoomed(window, 0.0001, [0, 0]).scale).toBe(0.3);
  });
});

describe("a frame at a layer", () => {
  const [get, question, ack] = [["eth", "ip", "tcp", "http"], ["eth", "arp"], ["eth", "ip", "tcp"]];
  it("is what that layer sees of it", () => {
    expect([1, 2, 3, 7].map((level) => seenAt(get, level as 1))).toEqual(["", "ip", "tcp", "http"]);
    expect([1, 2, 3, 7].map((level) => seenAt(question, level as 1))).toEqual(["", "arp", null, null]);
    expect(seenAt(ack, 7)).toBe(null);
  });
  it("has a shape and a colour of its own", () => {
    const looks = ["arp", "icmp", "dns", "udp", "tcp", "http", "unheard-of"].map(lookOf);
    expect(new Set(looks.map((look) => look.colour)).size).toBe(looks.length);
    expect(new Set(looks.map((look) => OUTLINES[look.shape])).size).toBe(looks.length);
  });
  it("is under way from its departure to its arrival", () => {
    const flight = { start: 1, end: 2 } as Flight;
    const warp = new Warp([flight], 4);
    expect([-1, 0, 1, 4, 5].map((eye) => shareOf(flight, warp, eye))).toEqual([null, 0, 0.25, 1, null]);
  });
});

describe("rates", () => {
  const live = (seconds: number, octets: number) => {
    const [some, none] = [{ frames: octets / 100, octets, dropped: 1 }, { frames: 0, octets: 0, dropped: 0 }];
    return { clock: { seconds }, links: [{ name: "a", state: "up", forward: some, backward: none }] } as unknown as Live;
  };
  it("are what came in the last second of the lab", () => {
    const rates = new Rates();
    for (const [seconds, octets] of [[0, 0], [0.5, 1000], [1, 2000], [1.5, 2000], [2, 2000], [2.5, 2000]] as const) rates.take(live(seconds, octets));
    expect(rates.now.get("a")?.[0].octets).toBe(0);
    rates.take(live(3, 3000));
    expect(rates.now.get("a")?.[0]).toEqual({ frames: 10, octets: 1000, dropped: 1 });
  });
  it("begin anew when the lab does", () => {
    const rates = new Rates();
    rates.take(live(9, 9000));
    rates.take(live(0.1, 100));
    expect(rates.now.get("a")?.[0].octets).toBe(0);
  });
  it("are written for people", () => {
    expect([0, 10, 125, 1_250_000, 125_000_000].map(bits)).toEqual(["0 bit/s", "80 bit/s", "1.00 kbit/s", "10.0 Mbit/s", "1.00 Gbit/s"]);
  });
});
