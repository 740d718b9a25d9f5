// The lab that is looked at: what it is, and what it is doing now, over one live WebSocket.

import { back as goBack, clock as askClock, lab as look, setClock, step as stepClock } from "../api/calls";
import { Refused, ROOT, path } from "../api/http";
import type { BackWish, Clock, EventLine, FrameLine, LabView, LinkLive, Live, Problem, StepWish, Stepped, WentBack } from "../api/types";
import { Backoff } from "./backoff";
import { service } from "./service.svelte";

/** How many of the newest frames and events are kept here; older ones are asked for. */
const KEPT = 600;

class Lab {
  name: string | null = $state(null);
  view: LabView | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  clock: Clock | null = $state.raw(null);
  /** By name; counts since the lab began. */
  links: Map<string, LinkLive> = $state.raw(new Map());
  powered: Map<string, boolean> = $state.raw(new Map());
  /** The newest, oldest first. */
  frames: FrameLine[] = $state.raw([]);
  events: EventLine[] = $state.raw([]);
  /** What the last digest brought: for what moves as it happens. */
  fresh: Live | null = $state.raw(null);
  skipped = $state.raw({ frames: 0, events: 0 });
  connected = $state(false);
  #socket: WebSocket | null = null;
  #topology = 0;
  #backoff = new Backoff(250, 4000);
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Looks at this lab, or at none. */
  async open(name: string | null) {
    this.close();
    this.name = name;
    if (name === null) return;
    this.#connect(name);
    await this.reload();
  }

  close() {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    [this.name, this.view, this.problem, this.clock, this.fresh] = [null, null, null, null, null];
    [this.frames, this.events, this.links, this.powered] = [[], [], new Map(), new Map()];
    [this.connected, this.#topology, this.skipped] = [false, 0, { frames: 0, events: 0 }];
  }

  /** Asks for the lab again: nodes or cables came or went. */
  async reload() {
    const name = this.name;
    if (name === null) return;
    try {
      const [view, clock] = await Promise.all([look(name), askClock(name)]);
      if (this.name !== name) return;
      [this.view, this.problem] = [view, null];
      this.clock ??= clock;
    } catch (error) {
      if (this.name === name && error instanceof Refused && error.status !== 0) this.problem = error.problem;
    }
  }

  #connect(name: string) {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${ROOT}${path("labs", name, "live")}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.connected = true;
      this.#backoff.succeeded();
    };
    socket.onmessage = (message) => this.take(JSON.parse(String(message.data)) as Live | { problem: Problem });
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.connected = false;
      this.#retry = setTimeout(() => this.#again(name), this.#backoff.next());
    };
  }

  async #again(name: string) {
    service.doubt();
    await this.reload();
    if (this.name === name && this.problem === null) this.#connect(name);
  }

  /** One digest of the live stream. */
  take(news: Live | { problem: Problem }) {
    if ("problem" in news) return;
    this.#hold(news.clock);
    this.links = new Map(news.links.map((link) => [link.name, link]));
    this.powered = new Map(news.nodes.map((node) => [node.name, node.powered]));
    if (news.frames.length > 0) this.frames = [...this.frames, ...news.frames].slice(-KEPT);
    if (news.events.length > 0) this.events = [...this.events, ...news.events].slice(-KEPT);
    const { frames, events } = this.skipped;
    this.skipped = { frames: frames + news.skipped.frames, events: events + news.skipped.events };
    this.fresh = news;
    if (this.#topology !== 0 && news.topology !== this.#topology) void this.reload();
    this.#topology = news.topology;
  }

  /** What the clock says. Where the lab went back, what it has not done yet is not shown. */
  #hold(clock: Clock) {
    if (this.clock !== null && clock.rewound !== this.clock.rewound) {
      this.frames = this.frames.filter((frame) => frame.nanos < clock.nanos);
      this.events = this.events.filter((event) => event.nanos < clock.nanos);
      this.fresh = null;
    }
    this.clock = clock;
  }

  async run(wish: { run?: boolean; speed?: number }) {
    if (this.name !== null) this.clock = await setClock(this.name, wish);
  }

  async step(wish: StepWish): Promise<Stepped | null> {
    if (this.name === null) return null;
    const stepped = await stepClock(this.name, wish);
    this.#hold(stepped.clock);
    return stepped;
  }

  async back(wish: BackWish): Promise<WentBack | null> {
    if (this.name === null) return null;
    const went = await goBack(this.name, wish);
    this.#hold(went.clock);
    return went;
  }
}

export const lab = new Lab();
