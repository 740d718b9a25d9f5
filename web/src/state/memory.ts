// What this browser remembers of the visitor's choices; a browser that forbids it just forgets.

export function recall(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(`catenet.${key}`) ?? null;
  } catch {
    return null;
  }
}

export function remember(key: string, value: string) {
  try {
    globalThis.localStorage?.setItem(`catenet.${key}`, value);
  } catch {
    // private windows may refuse
  }
}
