// Light or dark: the system's wish first, the visitor's choice from then on.

import { recall, remember } from "./memory";

export type Look = "light" | "dark";

class Theme {
  look: Look = $state("light");

  constructor() {
    const kept = recall("theme");
    const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
    this.look = kept === "light" || kept === "dark" ? kept : dark?.matches ? "dark" : "light";
    dark?.addEventListener("change", (event) => {
      if (recall("theme") === null) this.look = event.matches ? "dark" : "light";
    });
  }

  toggle() {
    this.look = this.look === "dark" ? "light" : "dark";
    remember("theme", this.look);
  }
}

export const theme = new Theme();
