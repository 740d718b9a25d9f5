// What went wrong with something the visitor asked for, said once and put away by a click.

import { Refused } from "../api/http";
import type { Text } from "../api/types";

export interface Notice {
  id: number;
  text: Text;
}

class Notices {
  all: Notice[] = $state.raw([]);
  #next = 1;

  say(text: Text) {
    this.all = [...this.all.slice(-2), { id: this.#next++, text }];
  }

  dismiss(id: number) {
    this.all = this.all.filter((notice) => notice.id !== id);
  }

  /** Does something that the service may refuse; a refusal is said. True: it was done. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status !== 0) this.say(error.problem); // for a service that is gone there is the banner
      return false;
    }
  }
}

export const notices = new Notices();
