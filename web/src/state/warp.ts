// Two times, one picture: seconds of the lab, and seconds for eyes.
//
//   lab   |·|···|                               |·|         1 us beside 200 ms
//   eyes  |  ·  |  ·  |  ·  |      pause      |  ·  |
//
// Between two neighbouring moments both run evenly; a gap is drawn by the logarithm of its length, so
// that what takes a microsecond can be seen and what takes a second does not bore. Where a frame is
// under way the eye gets more time. The map is monotone: forwards is forwards.

import type { Flight } from "./flights";

/** How long the last exchange takes for eyes, in seconds. */
export const EYES = 10;
/** The shortest gap that counts as one, in seconds. */
const SHORTEST = 1e-6;
/** How much more time a gap gets in which a frame is under way. */
const ALOFT = 3;

const weight = (gap: number) => 1 + Math.min(2.5, Math.max(0, Math.log10(gap / SHORTEST)) * 0.4);

export class Warp {
  /** Moments of the lab, ascending. */
  readonly moments: number[];
  /** The same moments for eyes, from 0. */
  readonly eyes: number[];

  constructor(flights: Flight[], total = EYES) {
    const ends = flights.flatMap((flight) => [flight.start, flight.end]);
    this.moments = [...new Set(ends)].sort((a, b) => a - b);
    const busy = busyGaps(this.moments, flights);
    const sums = [0];
    for (let at = 1; at < this.moments.length; at++) {
      const gap = (this.moments[at] ?? 0) - (this.moments[at - 1] ?? 0);
      sums.push((sums.at(-1) ?? 0) + weight(gap) * ((busy[at - 1] ?? 0) > 0 ? ALOFT : 1));
    }
    const whole = sums.at(-1) ?? 0;
    this.eyes = sums.map((sum) => (whole === 0 ? 0 : (sum / whole) * total));
  }

  /** How long it takes for eyes. */
  get length(): number {
    return this.eyes.at(-1) ?? 0;
  }

  toLab(eye: number): number {
    return between(this.eyes, this.moments, eye);
  }

  toEye(seconds: number): number {
    return between(this.moments, this.eyes, seconds);
  }

  /** The next moment for eyes after this one, or before it. */
  next(eye: number, direction: 1 | -1): number {
    const near = 1e-6;
    if (direction > 0) return this.eyes.find((one) => one > eye + near) ?? this.length;
    return this.eyes.findLast((one) => one < eye - near) ?? 0;
  }
}

/** How many frames are under way in each gap. */
function busyGaps(moments: number[], flights: Flight[]): number[] {
  const at = new Map(moments.map((moment, index) => [moment, index]));
  const change = new Array<number>(moments.length + 1).fill(0);
  for (const flight of flights) {
    const [from, to] = [at.get(flight.start) ?? 0, at.get(flight.end) ?? 0];
    change[from] = (change[from] ?? 0) + 1;
    change[to] = (change[to] ?? 0) - 1;
  }
  let aloft = 0;
  return moments.map((_, index) => (aloft += change[index] ?? 0));
}

/** Evenly between two neighbours of `from`; held at the ends. */
function between(from: number[], to: number[], value: number): number {
  let [low, high] = [0, from.length - 1];
  if (high < 0) return 0;
  if (value <= (from[0] ?? 0)) return to[0] ?? 0;
  if (value >= (from[high] ?? 0)) return to[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  const [a, b] = [from[low] ?? 0, from[high] ?? 0];
  const share = b === a ? 0 : (value - a) / (b - a);
  return (to[low] ?? 0) + share * ((to[high] ?? 0) - (to[low] ?? 0));
}
