// The page's language: the browser's first, the visitor's choice from then on.

import type { Text } from "../api/types";
import { en, type Words } from "../i18n/en";
import { zh } from "../i18n/zh";
import { recall, remember } from "./memory";

export type Lang = "en" | "zh";
const WORDS: Record<Lang, Words> = { en, zh };

/** The first of the browser's languages that we speak. */
export function preferred(languages: readonly string[]): Lang {
  for (const one of languages) {
    if (one.toLowerCase().startsWith("zh")) return "zh";
    if (one.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

class Language {
  lang: Lang = $state("en");
  /** All words of the page: `language.words.front.title`. */
  words: Words = $derived(WORDS[this.lang]);

  constructor() {
    const kept = recall("lang");
    this.lang = kept === "en" || kept === "zh" ? kept : preferred(globalThis.navigator?.languages ?? []);
  }

  choose(lang: Lang) {
    this.lang = lang;
    remember("lang", lang);
  }

  /** A text of the service, in this language. */
  text(text: Text): string {
    return text[this.lang];
  }
}

export const language = new Language();
