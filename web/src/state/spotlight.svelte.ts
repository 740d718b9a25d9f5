// The conversation just recorded that a newcomer should follow first; asked for as frames come.

import { frames, spotlight as ask } from "../api/calls";
import { Refused } from "../api/http";
import type { Spotlight } from "../api/types";
import { lab } from "./lab.svelte";

/** How often it is asked for at most, in milliseconds. */
const PACE = 1500;
/** Boot is over after so long, and what began with it has happened. */
const SETTLE = 300;

class Spot {
  now: Spotlight | null = $state.raw(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Watches the lab until the answer is called. */
  watch(name: string): () => void {
    this.now = null;
    const turn = async () => {
      const found = await find(name);
      if (lab.name !== name) return;
      if (found !== null) this.now = found;
      this.#timer = setTimeout(() => void turn(), this.now === null ? SETTLE : PACE);
    };
    this.#timer = setTimeout(() => void turn(), SETTLE);
    return () => clearTimeout(this.#timer);
  }

  /** The newest at this moment. */
  async newest(): Promise<Spotlight | null> {
    return lab.name === null ? null : ((await find(lab.name)) ?? this.now);
  }
}

async function find(name: string): Promise<Spotlight | null> {
  try {
    // Nothing recorded, nothing to follow: not worth a refusal.
    const some = await frames(name, { order: "newest", limit: 1 });
    return some.frames.length === 0 ? null : await ask(name);
  } catch (error) {
    if (error instanceof Refused) return null; // said elsewhere, or "nothing yet"
    throw error;
  }
}

export const spot = new Spot();
