// Opening a lab: start it unless it runs, then go to it.

import { startLab } from "../../api/calls";
import { Refused } from "../../api/http";
import { language } from "../../state/language.svelte";
import { notices } from "../../state/notices.svelte";
import { type Place, type View, route } from "../../state/route.svelte";

export async function openLab(name: string, view: View = "network", place: Partial<Place> = {}) {
  const started = await notices.attempt(async () => {
    await startLab({ builtin: name }, language.lang).catch((error: unknown) => {
      // Somebody else was quicker: it runs, which is what we want.
      if (!(error instanceof Refused && error.problem.code === "lab-runs")) throw error;
    });
  });
  if (started) route.go(name, view, place);
}
