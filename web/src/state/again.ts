// A question asked again and again while a view is there: the next time begins when the answer is in.

import { Refused } from "../api/http";
import type { Problem } from "../api/types";

/**
 * Asks until the returned function is called, with so many milliseconds between. A refusal goes to
 * `refused`; a service that is gone is told by the banner, and asked on.
 */
export function again(pace: number, ask: (over: () => boolean) => Promise<void>, refused: (problem: Problem) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const turn = async () => {
    await ask(() => over).catch((error: unknown) => {
      if (!over && error instanceof Refused && error.status !== 0) refused(error.problem);
    });
    if (!over) timer = setTimeout(() => void turn(), pace);
  };
  void turn();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
