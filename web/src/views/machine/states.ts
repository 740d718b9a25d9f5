// The states of a TCP connection as RFC 9293 section 3.3.2 draws them, for the picture.

export interface StatePlace {
  name: string;
  x: number;
  y: number;
}

/** Where each state stands, in a picture of 560 by 430. */
export const STATES: StatePlace[] = [
  { name: "CLOSED", x: 280, y: 30 },
  { name: "LISTEN", x: 110, y: 95 },
  { name: "SYN-SENT", x: 450, y: 95 },
  { name: "SYN-RECEIVED", x: 110, y: 170 },
  { name: "ESTABLISHED", x: 280, y: 170 },
  { name: "FIN-WAIT-1", x: 110, y: 250 },
  { name: "CLOSE-WAIT", x: 450, y: 250 },
  { name: "FIN-WAIT-2", x: 110, y: 330 },
  { name: "CLOSING", x: 280, y: 330 },
  { name: "LAST-ACK", x: 450, y: 330 },
  { name: "TIME-WAIT", x: 195, y: 400 },
];

/** From, to, and the key of what does it in the dictionary. */
export const WAYS: [from: string, to: string][] = [
  ["CLOSED", "LISTEN"],
  ["CLOSED", "SYN-SENT"],
  ["LISTEN", "SYN-RECEIVED"],
  ["SYN-SENT", "SYN-RECEIVED"],
  ["SYN-SENT", "ESTABLISHED"],
  ["SYN-RECEIVED", "ESTABLISHED"],
  ["SYN-RECEIVED", "FIN-WAIT-1"],
  ["ESTABLISHED", "FIN-WAIT-1"],
  ["ESTABLISHED", "CLOSE-WAIT"],
  ["FIN-WAIT-1", "FIN-WAIT-2"],
  ["FIN-WAIT-1", "CLOSING"],
  ["FIN-WAIT-1", "TIME-WAIT"],
  ["FIN-WAIT-2", "TIME-WAIT"],
  ["CLOSING", "TIME-WAIT"],
  ["CLOSE-WAIT", "LAST-ACK"],
  ["LAST-ACK", "CLOSED"],
  ["TIME-WAIT", "CLOSED"],
];

export const BOX = { width: 118, height: 30 };

/** The line between two boxes, cut at their borders. */
export function wayLine(from: StatePlace, to: StatePlace): { x1: number; y1: number; x2: number; y2: number } {
  const start = border(from, to);
  const end = border(to, from);
  return { x1: start.x, y1: start.y, x2: end.x, y2: end.y };
}

function border(box: StatePlace, towards: StatePlace): { x: number; y: number } {
  const [dx, dy] = [towards.x - box.x, towards.y - box.y];
  const scale = Math.min(
    dx === 0 ? Infinity : BOX.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : BOX.height / 2 / Math.abs(dy),
  );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}
