// A lab's live line: it is asked for again when it breaks, later each time, and given up with the lab.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Live } from "../api/types";
import { lab } from "./lab.svelte";

class Line {
  static all: Line[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  closed = false;
  constructor(readonly url: string) {
    Line.all.push(this);
  }
  close() {
    this.closed = true;
    this.onclose?.();
  }
}

const answers = new Map<string, unknown>();
const digest = (topology: number, frames: number[]): Live => ({
  clock: { seconds: 1, nanos: 1e9, running: true, speed: 1, behind_ms: 0, next_seconds: null, recorded_seconds: null, rewound: 0, cannot_stop: [] },
  links: [], nodes: [{ name: "pc1", powered: false }], frames: frames.map((sequence) => ({ sequence }) as Live["frames"][0]),
  events: [], skipped: { frames: 5, events: 0 }, topology,
});

beforeEach(() => {
  vi.useFakeTimers();
  Line.all = [];
  answers.clear();
  for (const path of ["/labs/a", "/labs/a/clock", "/status"]) answers.set(path, { name: "a", pid: 1 });
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("location", { origin: "http://127.0.0.1:1", hash: "" });
  vi.stubGlobal("fetch", async (url: string) => {
    const body = answers.get(url.replace("/api/v1", ""));
    if (body === undefined) return new Response(JSON.stringify({ error: { code: "no-such-lab", en: "none", zh: "无" } }), { status: 404 });
    return new Response(JSON.stringify(body));
  });
});
afterEach(() => {
  lab.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live line", () => {
  it("comes back, later each time, and at once after a success", async () => {
    await lab.open("a");
    expect(Line.all.map((line) => line.url)).toEqual(["ws://127.0.0.1:1/api/v1/labs/a/live"]);
    for (const [wait, lines] of [[250, 2], [500, 3], [1000, 4]] as const) {
      Line.all.at(-1)?.close();
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(Line.all).toHaveLength(lines - 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(Line.all).toHaveLength(lines);
    }
    Line.all.at(-1)?.onopen?.();
    expect(lab.connected).toBe(true);
    Line.all.at(-1)?.close();
    await vi.advanceTimersByTimeAsync(250);
    expect(Line.all).toHaveLength(5);
  });

  it("is not asked for again when the lab is gone, or left", async () => {
    await lab.open("a");
    answers.delete("/labs/a");
    Line.all[0]?.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([Line.all.length, lab.problem?.code]).toEqual([1, "no-such-lab"]);
    answers.set("/labs/a", { name: "a" });
    await lab.open("a");
    lab.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([Line.all.length, lab.name]).toEqual([2, null]);
  });

  it("keeps the newest, counts what was skipped, and looks again when the topology changed", async () => {
    await lab.open("a");
    lab.take(digest(1, Array.from({ length: 500 }, (_, at) => at)));
    lab.take(digest(1, Array.from({ length: 500 }, (_, at) => 500 + at)));
    expect([lab.frames.length, lab.frames[0]?.sequence, lab.frames.at(-1)?.sequence]).toEqual([600, 400, 999]);
    expect([lab.skipped.frames, lab.powered.get("pc1")]).toEqual([10, false]);
    answers.set("/labs/a", { name: "a", title: "changed" });
    lab.take(digest(2, []));
    await vi.advanceTimersByTimeAsync(0);
    expect(lab.view?.title).toBe("changed");
  });
});
