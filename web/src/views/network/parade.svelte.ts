// Frames as they happen: each digest of the live stream is played at once, slow enough to be seen.

import type { Live } from "../../api/types";
import { type Flight, flights } from "../../state/flights";
import { Warp } from "../../state/warp";

/** How long one digest is played, in seconds of the wall. */
const SHOWN = 1.6;
/** How many digests are played at once; the oldest gives way. */
const AT_ONCE = 3;

/** A frame somewhere on its cable. */
export interface Aloft {
  key: string;
  flight: Flight;
  /** How much of the cable it has passed, 0 to 1. */
  share: number;
}

interface Show {
  number: number;
  begun: number;
  flights: Flight[];
  warp: Warp;
}

export class Parade {
  aloft: Aloft[] = $state.raw([]);
  #shows: Show[] = [];
  #number = 0;
  #frame: number | null = null;

  take(live: Live, now = performance.now()) {
    const found = flights(live.frames);
    if (found.length === 0) return;
    const show = { number: this.#number++, begun: now, flights: found, warp: new Warp(found, SHOWN) };
    this.#shows = [...this.#shows, show].slice(-AT_ONCE);
    if (this.#frame === null) this.#turn();
  }

  stop() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    [this.#shows, this.aloft] = [[], []];
  }

  #turn() {
    this.#frame = requestAnimationFrame((now) => {
      this.#shows = this.#shows.filter((show) => now - show.begun < SHOWN * 1000);
      this.aloft = this.#shows.flatMap((show) => seen(show, (now - show.begun) / 1000));
      this.#frame = null;
      if (this.#shows.length > 0) this.#turn();
    });
  }
}

function seen({ number, flights: all, warp }: Show, eye: number): Aloft[] {
  return all.flatMap((flight) => {
    const share = shareOf(flight, warp, eye);
    return share === null ? [] : [{ key: `${number} ${flight.sequence}`, flight, share }];
  });
}

/** How far a flight is at a moment for eyes; null: it is not under way. */
export function shareOf(flight: Flight, warp: Warp, eye: number): number | null {
  const [start, end] = [warp.toEye(flight.start), warp.toEye(flight.end)];
  if (eye < start || eye > end) return null;
  return end === start ? 0 : (eye - start) / (end - start);
}
