// The recorded frames, or what happened, that a filter lets through: the newest first asked for,
// then followed as they come. What is kept here is bounded; what was not asked for is counted.

import { frames as askFrames, happened } from "../../api/calls";
import { Refused } from "../../api/http";
import type { EventLine, FrameLine, Problem, Search } from "../../api/types";

export type Kind = "frames" | "happened";

/** Rows asked for at first, and at most at once. */
const AT_ONCE = 500;
/** Rows kept; older ones go. */
const KEPT = 20_000;
/** How often what is new is asked for, in milliseconds. */
const PACE = 400;

interface Part<Row> {
  rows: Row[];
  /** Where to go on. */
  next: number;
  more: boolean;
}

async function ask(lab: string, kind: Kind, search: Search, signal: AbortSignal): Promise<Part<FrameLine | EventLine>> {
  const answer = kind === "frames" ? await askFrames(lab, search, signal) : await happened(lab, search, signal);
  const rows = "frames" in answer ? answer.frames : answer.events;
  return { rows, next: search.order === "newest" ? answer.next : answer.more ? answer.resume : answer.next, more: answer.more };
}

export class Follow<Row extends FrameLine | EventLine> {
  /** Oldest first. */
  rows: Row[] = $state.raw([]);
  problem: Problem | null = $state.raw(null);
  asked = $state(false);
  /** Rows that went because there were too many. */
  gone = $state(0);

  /** Follows until the returned function is called. */
  start(lab: string, kind: Kind, filter: string): () => void {
    const abort = new AbortController();
    [this.rows, this.problem, this.asked, this.gone] = [[], null, false, 0];
    void this.#run(lab, kind, filter, abort.signal);
    return () => abort.abort();
  }

  async #run(lab: string, kind: Kind, filter: string, signal: AbortSignal) {
    let from: number | null = null;
    while (!signal.aborted) {
      const search: Search = from === null ? { filter, order: "newest", limit: AT_ONCE } : { filter, from, limit: AT_ONCE, order: "oldest" };
      try {
        const part = await ask(lab, kind, search, signal);
        if (signal.aborted) return;
        this.#take(from === null ? part.rows.toReversed() : part.rows);
        const hurried = from !== null && part.more;
        from = part.next;
        [this.problem, this.asked] = [null, true];
        if (hurried) continue;
      } catch (error) {
        if (signal.aborted || !(error instanceof Refused)) return;
        if (error.status !== 0) {
          [this.problem, this.asked] = [error.problem, true];
          return; // a wrong filter stays wrong; a lab that has ended is told by the frame around us
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  }

  #take(rows: (FrameLine | EventLine)[]) {
    if (rows.length === 0) return;
    const all = [...this.rows, ...(rows as Row[])];
    this.gone += Math.max(0, all.length - KEPT);
    this.rows = all.slice(-KEPT);
  }
}
