// What views compute before they draw: ladders, layers, octets, tables, long lists, completion.
import { describe, expect, it } from "vitest";
import type { FieldLine, Rung, StateChange } from "../api/types";
import { csv } from "../parts/export";
import { windowOf } from "../parts/window";
import { place, stepFor, yOf } from "./ladder/geometry";
import { complete } from "./machine/complete";
import { readTcp } from "./machine/connections";
import { BOX, STATES, WAYS, wayPoints } from "./machine/states";
import { tableOf } from "./machine/tables";
import { clauseName } from "../parts/clause";
import { fieldAt, octetsOf, rowsOf, treeOf } from "./packet/octets";
import { stack } from "./packet/stacks";

const rung = (from: "client" | "server", sent: number, received: number | null) => ({ from, sent, received, sent_sequence: sent }) as Rung;
const state = (side: "client" | "server", seconds: number, name: string): StateChange => ({ side, seconds, nanos: seconds * 1e9, state: name });

describe("a ladder", () => {
  const rungs = [rung("client", 1, 1.005), rung("server", 1.005, 1.01), rung("client", 1.01, null)];
  const picture = place(rungs, [state("client", 1, "SYN-SENT"), state("server", 1.005, "SYN-RECEIVED")], 50);

  it("runs down: later is lower, at once is level", () => {
    const [syn, answer, lost] = picture.rungs;
    expect(syn?.from).toBe(50);
    expect(syn?.to).toBeGreaterThan(syn?.from ?? 0);
    expect(answer?.from).toBe(syn?.to);
    expect(lost?.to).toBe(lost?.from);
    expect(picture.states[1]?.y).toBe(syn?.to);
  });

  it("draws pauses short, in order and within bounds", () => {
    const steps = [0, 1e-7, 1e-5, 1e-3, 1, 1000].map(stepFor);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(Math.min(...steps)).toBeGreaterThan(10);
    expect(Math.max(...steps)).toBeLessThan(100);
  });

  it("shows the last of two states at one moment", () => {
    const both = place(rungs, [state("client", 1.01, "FIN-WAIT-1"), state("client", 1.01, "FIN-WAIT-2")], 0);
    expect(both.states.map((one) => one.change.state)).toEqual(["FIN-WAIT-2"]);
  });

  it("knows where the playhead stands", () => {
    expect(yOf(picture.moments, 0.5)).toBeNull();
    expect(yOf(picture.moments, 1)).toBe(50);
    const between = yOf(picture.moments, 1.0025) ?? 0;
    expect(between).toBeGreaterThan(50);
    expect(between).toBeLessThan(picture.rungs[0]?.to ?? 0);
    expect(yOf(picture.moments, 9)).toBe(picture.moments.at(-1)?.y);
    expect(yOf([], 1)).toBeNull();
  });
});

describe("layers", () => {
  it.each([7, 5, 4] as const)("%i ways hold all seven, once, from the top", (count) => {
    const shelves = stack(count);
    expect(shelves.flatMap((shelf) => shelf.holds)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(shelves.map((shelf) => shelf.number)).toEqual(Array.from({ length: count }, (_, index) => count - index));
  });
});

describe("octets and fields", () => {
  const field = (name: string, start: number, end: number, depth: number) => ({ name, start, end, depth }) as FieldLine;
  const fields = [field("eth", 0, 14, 0), field("eth.dst", 0, 6, 1), field("ip", 14, 34, 0), field("ip.flags", 20, 21, 1), field("ip.flags.df", 20, 21, 2)];

  it("reads hexadecimal, in rows", () => {
    expect(octetsOf("00ff1")).toEqual([0, 255]);
    expect(rowsOf(octetsOf("ab".repeat(17))).map((row) => [row.at, row.octets.length])).toEqual([[0, 16], [16, 1]]);
  });

  it("makes a tree of depths, whatever they are", () => {
    const tree = treeOf(fields);
    expect(tree.map((node) => node.field.name)).toEqual(["eth", "ip"]);
    expect(tree[1]?.children[0]?.children[0]?.field.name).toBe("ip.flags.df");
    expect(treeOf([field("deep", 0, 1, 5)])).toHaveLength(1);
  });

  it("finds the innermost field of an octet", () => {
    expect(fieldAt(fields, 3)).toBe(1);
    expect(fieldAt(fields, 13)).toBe(0);
    expect(fieldAt(fields, 20)).toBe(4);
    expect(fieldAt(fields, 99)).toBeNull();
  });

  it("names clauses as people do", () => {
    expect(clauseName("rfc9293#3.10.7.4 MUST-12")).toBe("RFC 9293, 3.10.7.4 MUST-12");
    expect(clauseName("rfc826")).toBe("RFC 826");
    expect(clauseName("ieee802.1d#7.8")).toBe("IEEE 802.1d, 7.8");
  });
});

describe("tables", () => {
  it("of maps have a row per key", () => {
    expect(tableOf({ "10.0.0.1": { mac: "a", age: 1 }, "10.0.0.2": { mac: "b" } })).toEqual({
      columns: ["", "mac", "age"],
      rows: [{ key: "10.0.0.1", cells: ["10.0.0.1", "a", "1"] }, { key: "10.0.0.2", cells: ["10.0.0.2", "b", ""] }],
    });
  });
  it("of lists and plain values are tables, too", () => {
    expect(tableOf([{ a: 1 }, { b: [1, 2] }]).rows.map((row) => row.cells)).toEqual([["1", ""], ["", "1, 2"]]);
    expect(tableOf({ up: true, n: null }).rows.map((row) => row.cells)).toEqual([["up", "true"], ["n", ""]]);
    expect(tableOf({}).rows).toEqual([]);
    expect(tableOf("x").rows).toHaveLength(1);
  });
  it("of TCP are read, and what is missing is nothing", () => {
    const table = readTcp({ connections: { c: { state: "ESTABLISHED", ssthresh: 0xffffffff, srtt_us: 1500 } }, listen: { "80": { backlog: 8 } }, states: { ESTABLISHED: 1 } });
    expect(table.connections[0]).toMatchObject({ state: "ESTABLISHED", ssthresh: null, srtt_ms: 1.5, cwnd: 0 });
    expect(table.counts).toEqual({ ESTABLISHED: 1, LISTEN: 1 });
    expect(readTcp(null).connections).toEqual([]);
  });
});

describe("the states' picture", () => {
  it("has a place for both ends of every way, and boxes that do not touch", () => {
    const names = STATES.map((one) => one.name);
    for (const [from, to] of WAYS) expect([names.includes(from), names.includes(to)]).toEqual([true, true]);
    for (const a of STATES) for (const b of STATES) if (a !== b) expect(Math.abs(a.x - b.x) > BOX.width || Math.abs(a.y - b.y) > BOX.height).toBe(true);
  });
  it("cuts a way at the borders", () => {
    const [a, b] = [{ name: "a", x: 0, y: 0 }, { name: "b", x: 0, y: 100 }];
    expect(wayPoints(a, b)).toEqual([{ x: 0, y: BOX.height / 2 }, { x: 0, y: 100 - BOX.height / 2 }]);
    expect(wayPoints(a, b, [{ x: 200, y: 0 }, { x: 200, y: 100 }])).toHaveLength(4);
  });
  it("leads no way through a state that it is not of", () => {
    const inside = (box: { x: number; y: number }, at: { x: number; y: number }) => Math.abs(box.x - at.x) < BOX.width / 2 && Math.abs(box.y - at.y) < BOX.height / 2;
    const by = new Map(STATES.map((one) => [one.name, one]));
    for (const [from, to, corners] of WAYS) {
      const points = wayPoints(by.get(from)!, by.get(to)!, corners);
      points.slice(1).forEach((end, index) => {
        const start = points[index]!;
        for (let step = 0; step <= 200; step++) {
          const at = { x: start.x + ((end.x - start.x) * step) / 200, y: start.y + ((end.y - start.y) * step) / 200 };
          for (const box of STATES) if (box.name !== from && box.name !== to) expect(inside(box, at), `${from} ${to} ${box.name}`).toBe(false);
        }
      });
    }
  });
});

describe("long lists", () => {
  it("draw what is in sight and a little more", () => {
    const shown = windowOf(10_000, 20, 2000, 400);
    expect(shown.first).toBeLessThanOrEqual(100);
    expect(shown.end).toBeGreaterThanOrEqual(120);
    expect(shown.end - shown.first).toBeLessThan(60);
    expect(windowOf(0, 20, 0, 400)).toEqual({ first: 0, end: 0 });
    expect(windowOf(3, 20, 900, 400).end).toBe(3);
  });
});

describe("Tab", () => {
  it("completes programs first, then names, as far as is certain", () => {
    const known = (line: string) => complete(line, ["ping", "pwd", "curl"], ["web", "www.example.lab", "10.0.2.80"]);
    expect(known("pi")).toBe("ping ");
    expect(known("p")).toBe("p");
    expect(known("ping w")).toBe("ping w");
    expect(known("ping ww")).toBe("ping www.example.lab ");
    expect(known("ping x")).toBe("ping x");
    expect(known("ping web; cu")).toBe("ping web; curl ");
  });
});

describe("CSV", () => {
  it("quotes what must be quoted, and runs nothing", () => {
    expect(csv([["a", 1, null], ['say "hi"', "x,y", "line\nbreak"]])).toBe('a,1,\r\n"say ""hi""","x,y","line\nbreak"\r\n');
    expect(csv([["=1+1", "-cmd", -5, "@x"]])).toBe("'=1+1,'-cmd,-5,'@x\r\n");
  });
});
