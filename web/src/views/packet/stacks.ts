// The three ways to count layers: OSI's seven, the textbook's five, the internet's four (RFC 1122).

export type Count = 7 | 5 | 4;

/** A layer as a person counts it: which of OSI's layers it holds, from the top. */
export interface Shelf {
  /** Its number in this way of counting, from the bottom. */
  number: number;
  /** The key of its name in the dictionary: `layers.transport`. */
  name: "application" | "presentation" | "session" | "transport" | "network" | "internet" | "link" | "physical" | "access";
  /** OSI's layers in it, the highest first. */
  holds: number[];
}

const STACKS: Record<Count, Omit<Shelf, "number">[]> = {
  7: [
    { name: "application", holds: [7] },
    { name: "presentation", holds: [6] },
    { name: "session", holds: [5] },
    { name: "transport", holds: [4] },
    { name: "network", holds: [3] },
    { name: "link", holds: [2] },
    { name: "physical", holds: [1] },
  ],
  5: [
    { name: "application", holds: [7, 6, 5] },
    { name: "transport", holds: [4] },
    { name: "network", holds: [3] },
    { name: "link", holds: [2] },
    { name: "physical", holds: [1] },
  ],
  4: [
    { name: "application", holds: [7, 6, 5] },
    { name: "transport", holds: [4] },
    { name: "internet", holds: [3] },
    { name: "access", holds: [2, 1] },
  ],
};

/** The layers of a way of counting, the highest first. */
export function stack(count: Count): Shelf[] {
  const shelves = STACKS[count];
  return shelves.map((shelf, index) => ({ ...shelf, number: shelves.length - index }));
}
