// A task while it is being solved: asked of the service on a click, and by itself after each action
// for as long as its effect may need.

import { judge } from "../../api/calls";
import type { Verdict } from "../../api/types";
import { notices } from "../../state/notices.svelte";

/** When the service is asked after an action, in milliseconds. */
const AFTER = [400, 1000, 2000, 3000, 5000, 8000];

export class TaskState {
  verdict: Verdict | null = $state.raw(null);
  asking = $state(false);
  holds: boolean = $derived(this.verdict?.holds ?? false);
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    readonly lab: string,
    readonly expect: string,
  ) {}

  async check() {
    this.asking = true;
    await notices.attempt(async () => (this.verdict = await judge(this.lab, this.expect)));
    this.asking = false;
  }

  /** Something was done: its effect shows soon. */
  acted() {
    this.stop();
    this.#timers = AFTER.map((after) => setTimeout(() => void (this.holds ? undefined : this.check()), after));
  }

  stop() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}
