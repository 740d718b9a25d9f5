// Is the service there? A banner says when it is not; it is asked again and again until it is.

import { forgetLeft, restoreLeft, status } from "../api/calls";
import { heard } from "../api/http";
import type { LeftLab, Status } from "../api/types";
import { Backoff } from "./backoff";

/** How often a service that answers is asked, in milliseconds. */
const CALM = 5000;

class Service {
  status: Status | null = $state.raw(null);
  gone = $state(false);
  /** Labs that the last service left behind. */
  left: LeftLab[] = $derived(this.status?.left ?? []);
  /** Grows each time the service comes back: what hangs on it connects again. */
  lives = $state(0);
  #backoff = new Backoff(250, 4000);
  #timer: ReturnType<typeof setTimeout> | undefined;

  start() {
    heard.gone = () => this.#lost();
    void this.#ask();
  }

  async #ask() {
    clearTimeout(this.#timer);
    const before = this.status?.pid;
    const answer = await status().catch(() => null);
    if (answer !== null) {
      this.status = answer;
      if (this.gone || (before !== undefined && before !== answer.pid)) this.lives += 1;
      this.gone = false;
      this.#backoff.succeeded();
    }
    this.#timer = setTimeout(() => void this.#ask(), this.gone ? this.#backoff.next() : CALM);
  }

  #lost() {
    if (this.gone) return;
    this.gone = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), this.#backoff.next());
  }

  /** Asked at once, not when its time comes: a connection broke. */
  doubt() {
    void this.#ask();
  }

  async restore() {
    const labs = await restoreLeft();
    this.lives += 1;
    await this.#ask();
    return labs;
  }

  async forget() {
    await forgetLeft();
    await this.#ask();
  }
}

export const service = new Service();
