// Does the visitor want things to stand still?

const wish = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

export const calm = () => wish?.matches ?? false;
