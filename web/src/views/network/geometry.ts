// Along a cable: where a frame is, where the middle is, where an end's word stands.

export type Point = [x: number, y: number];

const distance = ([ax, ay]: Point, [bx, by]: Point) => Math.hypot(bx - ax, by - ay);

/** The point at this share (0 to 1) of a way's length. */
export function along(points: Point[], share: number): Point {
  const lengths = points.slice(1).map((point, at) => distance(points[at] ?? point, point));
  let rest = lengths.reduce((sum, one) => sum + one, 0) * Math.min(1, Math.max(0, share));
  for (let at = 0; at < lengths.length; at++) {
    const [from, to, length] = [points[at], points[at + 1], lengths[at] ?? 0];
    if (from === undefined || to === undefined) break;
    if (rest <= length && length > 0) {
      const part = rest / length;
      return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
    }
    rest -= length;
  }
  return points.at(-1) ?? [0, 0];
}

/** The point beside a way at this share of it, so many pixels to its upper side. */
export function beside(points: Point[], share: number, pixels: number): Point {
  const [before, at, after] = [along(points, share - 0.02), along(points, share), along(points, share + 0.02)];
  const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return at;
  const up = dx < 0 ? -1 : 1;
  return [at[0] + (dy / length) * pixels * up, at[1] - (dx / length) * pixels * up];
}

/** Along the part of a way that is seen between two machines: so many pixels at each end lie under them. */
export function between(points: Point[], share: number, hidden: number): Point {
  const whole = points.slice(1).reduce((sum, point, at) => sum + distance(points[at] ?? point, point), 0);
  const part = whole === 0 ? 0 : Math.min(0.45, hidden / whole);
  return along(points, part + share * (1 - 2 * part));
}

/** The point so many pixels from the beginning of a way (from its end when negative). */
export function near(points: Point[], pixels: number): Point {
  const whole = points.slice(1).reduce((sum, point, at) => sum + distance(points[at] ?? point, point), 0);
  const share = whole === 0 ? 0 : Math.abs(pixels) / whole;
  return along(points, pixels < 0 ? 1 - share : share);
}

/** The way as it goes from this node's centre; `centre` is where the node stands. */
export function from(points: Point[], centre: Point): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return points;
  return distance(first, centre) <= distance(last, centre) ? points : points.toReversed();
}

/** A window on a picture: its left upper corner and how large one unit is drawn. */
export interface Window {
  x: number;
  y: number;
  scale: number;
}

/** The same window, larger or smaller by a factor, with the point under it held. */
export function zoomed(window: Window, factor: number, held: Point): Window {
  const scale = Math.min(6, Math.max(0.3, window.scale * factor));
  const part = window.scale / scale;
  return { scale, x: held[0] - (held[0] - window.x) * part, y: held[1] - (held[1] - window.y) * part };
}
