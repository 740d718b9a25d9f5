// The playhead: the moment that is shown. It follows the lab live, or replays what is recorded at a
// speed for eyes, forwards and back. The lab's own clock does not know of it.

import { frames as ask, journey } from "../api/calls";
import type { FrameLine } from "../api/types";
import { type Flight, MOST, flights, lastExchange } from "./flights";
import { lab } from "./lab.svelte";
import { Warp } from "./warp";

/** How many of the newest frames are looked through for the last exchange. */
const LOOKED = 1000;

export type Subject = "exchange" | "packet";

class Playhead {
  /** What is replayed. */
  subject: Subject = $state("exchange");
  /** The packet that was followed last: `pc1:15`. */
  packet: string | null = $state(null);
  flights: Flight[] = $state.raw([]);
  warp: Warp = $state.raw(new Warp([]));
  /** Seconds for eyes since the beginning of what is replayed. */
  eye = $state(0);
  /** 1 forwards, -1 back, 0 still. */
  moving: 1 | -1 | 0 = $state(0);
  rate = $state(1);
  live = $state(true);
  /** There is nothing recorded to replay. */
  empty = $state(false);
  /** The moment that is shown, in seconds of the lab; null: now. */
  position: number | null = $derived(this.live ? null : this.warp.toLab(this.eye));
  /** What is under way at that moment. */
  aloft: Flight[] = $derived.by(() => {
    const now = this.position;
    return now === null ? [] : this.flights.filter((flight) => flight.start <= now && now <= flight.end);
  });
  #last = 0;

  /** Follows the lab again. */
  goLive() {
    [this.live, this.moving] = [true, 0];
  }

  /** Another lab: nothing of the old one is shown. */
  reset() {
    this.goLive();
    [this.flights, this.warp, this.eye] = [[], new Warp([]), 0];
    [this.packet, this.subject, this.empty] = [null, "exchange", false];
  }

  /** The packet that is looked at: replay means this one from now on. */
  follow(packet: string) {
    if (this.packet === packet) return;
    [this.packet, this.subject] = [packet, "packet"];
    this.goLive();
  }

  choose(subject: Subject) {
    this.subject = subject;
    this.goLive();
  }

  /** Reads what is recorded and plays it from the beginning, or from its end back. */
  async replay(direction: 1 | -1 = 1) {
    const name = lab.name;
    if (name === null) return;
    if (!this.live && this.flights.length > 0) {
      const over = direction > 0 ? this.eye >= this.warp.length : this.eye <= 0;
      if (over) this.eye = direction > 0 ? 0 : this.warp.length;
      this.#move(direction);
      return;
    }
    const packet = this.subject === "packet" ? this.packet : null;
    const found = packet === null ? await exchangeOf(name) : await passesOf(name, packet);
    if (lab.name === name) this.show(found, direction);
  }

  /** Plays these frames. */
  show(frames: FrameLine[], direction: 1 | -1 = 1) {
    this.flights = flights(frames);
    this.empty = this.flights.length === 0;
    if (this.empty) return this.goLive();
    this.warp = new Warp(this.flights);
    [this.live, this.eye] = [false, direction > 0 ? 0 : this.warp.length];
    this.#move(direction);
  }

  stop() {
    this.moving = 0;
  }

  seek(eye: number) {
    this.moving = 0;
    this.eye = Math.min(this.warp.length, Math.max(0, eye));
  }

  /** To the next moment at which something leaves or arrives, or to the previous. */
  nudge(direction: 1 | -1) {
    if (!this.live) this.seek(this.warp.next(this.eye, direction));
  }

  /** So much of the wall's time has passed, in seconds. */
  advance(passed: number) {
    if (this.moving === 0) return;
    const eye = this.eye + passed * this.rate * this.moving;
    this.eye = Math.min(this.warp.length, Math.max(0, eye));
    if (eye !== this.eye) this.moving = 0;
  }

  #move(direction: 1 | -1) {
    const still = this.moving === 0;
    this.moving = direction;
    if (!still || typeof requestAnimationFrame === "undefined") return;
    this.#last = performance.now();
    const frame = (now: number) => {
      this.advance(Math.max(0, now - this.#last) / 1000);
      this.#last = now;
      if (this.moving !== 0) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }
}

async function exchangeOf(name: string): Promise<FrameLine[]> {
  const newest = await ask(name, { order: "newest", limit: LOOKED });
  return lastExchange(newest.frames.sort((a, b) => a.sequence - b.sequence));
}

/** The frames of one packet's journey. */
async function passesOf(name: string, packet: string): Promise<FrameLine[]> {
  const { stations } = await journey(name, packet);
  const passes = stations.flatMap((station) => [...(station.arrived === null ? [] : [station.arrived]), ...station.left]);
  const numbers = new Set(passes.map((pass) => pass.sequence));
  if (numbers.size === 0) return [];
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  const found = await ask(name, { from: first, before: last + 1, limit: MOST, order: "oldest" });
  return found.frames.filter((frame) => numbers.has(frame.sequence));
}

export const playhead = new Playhead();
