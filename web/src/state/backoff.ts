// How long to wait before the next try: longer each time, up to a bound, anew after a success.

export class Backoff {
  #wait: number;

  constructor(
    readonly first: number,
    readonly longest: number,
  ) {
    this.#wait = first;
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const wait = this.#wait;
    this.#wait = Math.min(this.longest, wait * 2);
    return wait;
  }

  succeeded() {
    this.#wait = this.first;
  }
}
