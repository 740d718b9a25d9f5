// The states of a TCP connection as RFC 9293 section 3.3.2 draws them, for the picture.

export interface Corner {
  x: number;
  y: number;
}

export interface StatePlace extends Corner {
  name: string;
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
  { name: "FIN-WAIT-2", x: 80, y: 330 },
  { name: "CLOSING", x: 310, y: 330 },
  { name: "LAST-ACK", x: 450, y: 330 },
  { name: "TIME-WAIT", x: 215, y: 400 },
];

/** From, to, and the corners on the way, where the straight line would cross a state. */
export const WAYS: [from: string, to: string, by?: Corner[]][] = [
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
  ["LAST-ACK", "CLOSED", [{ x: 540, y: 330 }, { x: 540, y: 30 }]],
  ["TIME-WAIT", "CLOSED", [{ x: 8, y: 400 }, { x: 8, y: 30 }]],
];

export const BOX = { width: 118, height: 30 };

/** The way between two boxes by its corners, cut at their borders: corner after corner. */
export function wayPoints(from: StatePlace, to: StatePlace, by: Corner[] = []): Corner[] {
  return [border(from, by[0] ?? to), ...by, border(to, by.at(-1) ?? from)];
}

function border(box: StatePlace, towards: Corner): Corner {
  const [dx, dy] = [towards.x - box.x, towards.y - box.y];
  const scale = Math.min(
    dx === 0 ? Infinity : BOX.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : BOX.height / 2 / Math.abs(dy),
  );
  return { x: box.x + dx * scale, y: box.y + dy * scale };
}
