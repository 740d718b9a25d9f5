// Which rows of a long list of equal rows are in sight.

export interface Window {
  /** The first row to draw. */
  first: number;
  /** One past the last. */
  end: number;
}

/** Rows drawn beyond each edge, so that fast scrolling shows no gap. */
const BEYOND = 8;

/** The rows that `height` pixels show from `top` on. */
export function windowOf(count: number, row: number, top: number, height: number): Window {
  const clamp = (value: number) => Math.min(Math.max(value, 0), count);
  return {
    first: clamp(Math.floor(top / row) - BEYOND),
    end: clamp(Math.ceil((top + height) / row) + BEYOND),
  };
}
