// How much goes over each cable now: the difference between two digests, over about a second.

import type { Count, Live } from "../../api/types";

export interface Rate {
  /** A second, of the lab's clock. */
  frames: number;
  octets: number;
  /** Since the lab began. */
  dropped: number;
}

interface Sample {
  seconds: number;
  counts: Map<string, [Count, Count]>;
}

/** Over how much of the lab's time a rate is taken. */
const WINDOW = 1;

export class Rates {
  #samples: Sample[] = [];
  /** By cable: forwards, backwards. */
  now: Map<string, [Rate, Rate]> = $state.raw(new Map());

  take(live: Live) {
    const counts = new Map(live.links.map((link): [string, [Count, Count]] => [link.name, [link.forward, link.backward]]));
    const sample = { seconds: live.clock.seconds, counts };
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.seconds < last.seconds) this.#samples = [];
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.seconds - (this.#samples[1]?.seconds ?? 0) >= WINDOW) this.#samples.shift();
    const first = this.#samples[0] ?? sample;
    const passed = Math.max(sample.seconds - first.seconds, 1e-9);
    const between = (now: Count, then: Count | undefined): Rate => ({
      frames: then === undefined ? 0 : (now.frames - then.frames) / Math.max(passed, WINDOW / 5),
      octets: then === undefined ? 0 : (now.octets - then.octets) / Math.max(passed, WINDOW / 5),
      dropped: now.dropped,
    });
    this.now = new Map(
      [...counts].map(([name, [forward, backward]]): [string, [Rate, Rate]] => {
        const then = first.counts.get(name);
        return [name, [between(forward, then?.[0]), between(backward, then?.[1])]];
      }),
    );
  }
}

/** Octets a second as bits, for people. */
export function bits(octets: number): string {
  const value = octets * 8;
  for (const [unit, size] of [["Gbit/s", 1e9], ["Mbit/s", 1e6], ["kbit/s", 1e3]] as const) {
    if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  }
  return `${Math.round(value)} bit/s`;
}
