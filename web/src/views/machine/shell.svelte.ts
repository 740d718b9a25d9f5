// A terminal into a machine of the lab: its own shell, a line at a time.
//
//   line -> POST stdin -> sh on the machine -> programs -> ndjson -> text here
//
// The shell lives as long as this does; what it printed is bounded.

import { exec, interrupt, stdin } from "../../api/calls";
import { lines, Refused } from "../../api/http";
import type { ExecNews, Problem } from "../../api/types";

export interface Piece {
  kind: "out" | "err" | "typed" | "note";
  text: string;
}

/** What a terminal sends for Ctrl-D. */
const END = "\u0004";
/** Pieces of text kept; the oldest go. */
const KEPT = 2000;

export class Shell {
  pieces: Piece[] = $state.raw([]);
  problem: Problem | null = $state.raw(null);
  /** Is there somebody to type to? */
  live = $state(false);
  #process: number | null = null;
  #abort: AbortController | null = null;
  #decoders = { out: new TextDecoder(), err: new TextDecoder() };

  constructor(
    readonly lab: string,
    readonly node: string,
  ) {}

  /** Starts the shell; ends with it. */
  async start() {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.problem = null;
    try {
      const answer = await exec(this.lab, this.node, ["sh", "-i"], abort.signal);
      for await (const news of lines<ExecNews>(answer)) this.#take(news);
    } catch (error) {
      if (abort.signal.aborted) return;
      if (error instanceof Refused) this.problem = error.problem;
    }
    if (this.#abort === abort) this.#over();
  }

  stop() {
    this.#abort?.abort();
    this.#over();
  }

  #over() {
    [this.live, this.#process, this.#abort] = [false, null, null];
  }

  #take(news: ExecNews) {
    if ("process" in news) [this.#process, this.live] = [news.process, true];
    if ("stdout" in news) this.#say("out", this.#decoders.out.decode(octets(news.stdout), { stream: true }));
    if ("stderr" in news) this.#say("err", this.#decoders.err.decode(octets(news.stderr), { stream: true }));
    if ("exit" in news) this.#say("note", `[${news.exit}]\n`);
    if ("missed" in news) this.#say("note", `[… ${news.missed} …]\n`);
  }

  #say(kind: Piece["kind"], text: string) {
    if (text === "") return;
    const last = this.pieces.at(-1);
    // Runs of one kind grow; a list of single letters would be slow.
    if (last?.kind === kind && last.text.length < 2000) this.pieces = [...this.pieces.slice(0, -1), { kind, text: last.text + text }];
    else this.pieces = [...this.pieces, { kind, text }].slice(-KEPT);
  }

  /** A line, as typed behind the shell's prompt. */
  async line(text: string) {
    this.#say("typed", `${text}\n`);
    await this.#tell((process) => stdin(this.lab, process, `${text}\n`));
  }

  /** Ctrl-D on an empty line: the end of what is typed. */
  async end() {
    await this.#tell((process) => stdin(this.lab, process, END));
  }

  /** Ctrl-C. */
  async interrupt() {
    this.#say("note", "^C\n");
    await this.#tell((process) => interrupt(this.lab, process));
  }

  async #tell(what: (process: number) => Promise<unknown>) {
    if (this.#process === null) return;
    try {
      await what(this.#process);
    } catch (error) {
      if (error instanceof Refused) this.problem = error.problem;
    }
  }

  clear() {
    this.pieces = [];
  }
}

function octets(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
