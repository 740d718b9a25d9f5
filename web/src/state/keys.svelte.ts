// The keys of the page: one list, shown by `?`, obeyed anywhere but in a field.

export interface Key {
  keys: string[];
  /** The key of what it does in the dictionary's `keys`. */
  does: "views" | "pause" | "step" | "back" | "replay" | "help" | "zoom" | "pan" | "lang" | "theme" | "scrub";
}

export const KEYS: Key[] = [
  { keys: ["1", "2", "3", "4", "5", "6", "7"], does: "views" },
  { keys: ["p"], does: "pause" },
  { keys: ["s"], does: "step" },
  { keys: ["b"], does: "back" },
  { keys: ["r"], does: "replay" },
  { keys: [",", "."], does: "scrub" },
  { keys: ["+", "-", "0"], does: "zoom" },
  { keys: ["←", "↑", "→", "↓"], does: "pan" },
  { keys: ["l"], does: "lang" },
  { keys: ["t"], does: "theme" },
  { keys: ["?"], does: "help" },
];

class Keys {
  shown = $state(false);
}

export const keys = new Keys();

/** Whether a key press belongs to what has the focus, not to the page. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  const at = event.target;
  return at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
}
