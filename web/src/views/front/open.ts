// Opening a lab: start it unless it runs, then go to it.

import { labs, startLab } from "../../api/calls";
import { Refused } from "../../api/http";
import { language } from "../../state/language.svelte";
import { notices } from "../../state/notices.svelte";
import { type Place, type View, route } from "../../state/route.svelte";

export async function openLab(name: string, view: View = "network", place: Partial<Place> = {}) {
  if (await notices.attempt(() => start(name))) route.go(name, view, place);
}

async function start(name: string) {
  const running = await labs();
  if (running.some((lab) => lab.name === name)) return;
  await startLab({ builtin: name }, language.lang).catch((error: unknown) => {
    // Somebody else was quicker: it runs, which is what we want.
    if (!(error instanceof Refused && error.problem.code === "lab-runs")) throw error;
  });
}
