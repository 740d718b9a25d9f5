// Recorded frames as flights: what left a jack and reached the other end of its cable.

import type { FrameLine } from "../api/types";

/** One frame on one cable. */
export interface Flight {
  /** The number of the frame that left: names the flight. */
  sequence: number;
  packet: string;
  link: string;
  /** The machine that sent it. */
  from: string;
  start: number;
  end: number;
  protocol: string;
  layers: string[];
  length: number;
  /** It did not arrive. */
  lost: boolean;
  frame: FrameLine;
}

/** How long a frame that never arrives is seen under way, in seconds of the lab. */
const NOMINAL = 1e-6;

/** Pairs each departure with its arrival; in the order of departures. */
export function flights(frames: FrameLine[]): Flight[] {
  const arrivals = new Map<string, FrameLine[]>();
  for (const frame of frames) {
    if (frame.direction !== "in" || frame.link === null) continue;
    const key = `${frame.packet} ${frame.link} ${frame.node}.${frame.jack}`;
    const known = arrivals.get(key);
    if (known === undefined) arrivals.set(key, [frame]);
    else known.push(frame);
  }
  const found: Flight[] = [];
  for (const frame of frames) {
    if (frame.direction !== "out" || frame.link === null) continue;
    const waiting = arrivals.get(`${frame.packet} ${frame.link} ${frame.peer}`) ?? [];
    const at = waiting.findIndex((arrival) => arrival.nanos >= frame.nanos);
    const arrival = at < 0 ? undefined : waiting.splice(at, 1)[0];
    found.push(flightOf(frame, frame.link, arrival));
  }
  return found.sort((a, b) => a.start - b.start || a.sequence - b.sequence);
}

function flightOf(frame: FrameLine, link: string, arrival: FrameLine | undefined): Flight {
  const { sequence, packet, node, seconds, protocol, layers, length } = frame;
  const end = arrival?.seconds ?? seconds + NOMINAL;
  const lost = arrival === undefined && frame.dropped !== null;
  return { sequence, packet, link, from: node, start: seconds, end, protocol, layers, length, lost, frame };
}

/** Quiet for so long (seconds): a new exchange begins. */
const QUIET = 0.5;
/** The most frames of an exchange that are replayed: the first ones. */
export const MOST = 1000;

/**
 * The last exchange: the newest run of frames without a long quiet in it, rather one in which
 * programs spoke than one of the network's own upkeep.
 */
export function lastExchange(frames: FrameLine[]): FrameLine[] {
  const runs: FrameLine[][] = [];
  for (const frame of frames) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && frame.seconds - last.seconds <= QUIET) run.push(frame);
    else runs.push([frame]);
  }
  const spoken = runs.filter((run) => run.some((frame) => frame.layers.length > 2));
  return (spoken.at(-1) ?? runs.at(-1) ?? []).slice(0, MOST);
}
