// Where a ladder's rungs lie: time runs down, and a pause is drawn shorter than it was.
//
//   client            server
//     |---- SYN ------->|      y grows with each moment at which somebody sends or receives;
//     |<-- SYN, ACK ----|      the step between two moments is the logarithm of the time between
//     |---- ACK ------->|      them, within bounds, so that 1 us and 1 s both can be read

import type { Rung, StateChange } from "../../api/types";

/** The least step between two moments, in pixels: a label fits. */
const LEAST_STEP = 18;
/** The largest. */
const LARGEST_STEP = 64;
/** Pixels per factor of ten of time. */
const PER_DECADE = 9;
/** The shortest pause that is drawn longer than the least step, in seconds. */
const SHORTEST = 1e-6;

/** One moment of the ladder. */
export interface Moment {
  seconds: number;
  y: number;
}

/** A rung, placed. */
export interface PlacedRung {
  rung: Rung;
  from: number;
  to: number;
}

/** A change of state, placed. */
export interface PlacedState {
  change: StateChange;
  y: number;
}

export interface LadderPicture {
  rungs: PlacedRung[];
  states: PlacedState[];
  moments: Moment[];
  height: number;
}

/** The step for a pause of so many seconds. */
export function stepFor(pause: number): number {
  if (!(pause > SHORTEST)) return LEAST_STEP;
  return Math.min(LARGEST_STEP, LEAST_STEP + PER_DECADE * Math.log10(pause / SHORTEST));
}

/** Lays the rungs and the states out, `top` pixels below the upper edge. */
export function place(rungs: Rung[], states: StateChange[], top: number): LadderPicture {
  const sides = (rung: Rung) => (rung.received === null ? [rung.sent] : [rung.sent, rung.received]);
  const times = [...rungs.flatMap(sides), ...states.map((state) => state.seconds)];
  const distinct = [...new Set(times)].sort((a, b) => a - b);
  const moments: Moment[] = [];
  for (const seconds of distinct) {
    const before = moments.at(-1);
    const y = before === undefined ? top : before.y + stepFor(seconds - before.seconds);
    moments.push({ seconds, y });
  }
  const at = new Map(moments.map((moment) => [moment.seconds, moment.y]));
  const y = (seconds: number) => at.get(seconds) ?? top;
  return {
    rungs: rungs.map((rung) => ({ rung, from: y(rung.sent), to: y(rung.received ?? rung.sent) })),
    states: apart(states.map((change) => ({ change, y: y(change.seconds) }))),
    moments,
    height: (moments.at(-1)?.y ?? top) + LARGEST_STEP,
  };
}

/** Two states of one side at one moment: the earlier gives way to the later, which stays. */
function apart(states: PlacedState[]): PlacedState[] {
  const last = new Map<string, PlacedState>();
  for (const state of states) last.set(`${state.change.side} ${state.y}`, state);
  return states.filter((state) => last.get(`${state.change.side} ${state.y}`) === state);
}

/** The y of a time between moments, for the playhead. */
export function yOf(moments: Moment[], seconds: number): number | null {
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined || seconds < first.seconds) return null;
  if (seconds >= last.seconds) return last.y;
  const next = moments.findIndex((moment) => moment.seconds > seconds);
  const [before, after] = [moments[next - 1] ?? first, moments[next] ?? last];
  const share = (seconds - before.seconds) / (after.seconds - before.seconds);
  return before.y + share * (after.y - before.y);
}
