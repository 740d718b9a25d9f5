// The built-in labs and the labs that run, asked for when the front is open.

import { gallery as ask, labs as askRunning } from "../api/calls";
import { Refused } from "../api/http";
import type { GalleryLab, LabLine } from "../api/types";

class Gallery {
  /** In the lesson's order; none until the first answer. */
  labs: GalleryLab[] | null = $state.raw(null);
  running: LabLine[] = $state.raw([]);

  async load() {
    try {
      [this.labs, this.running] = await Promise.all([ask(), askRunning()]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // the banner says it
    }
  }
}

export const gallery = new Gallery();
