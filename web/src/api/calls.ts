// Every call of the service interface that the page makes, by name; nothing else in the page writes
// a path.

import { get as getPlain, path, send } from "./http";
import { get, post, remove } from "./typed";
import type * as it from "./types";

export const status = () => get("/status", {});
export const session = (secret: string) =>
  send("POST", "/session", undefined, { headers: { authorization: `Bearer ${secret}` } });
export const restoreLeft = () => post("/left/restore", {});
export const forgetLeft = () => remove("/left", {});

export const gallery = () => get("/gallery", {});
export const lesson = (name: string) => get("/lessons/{name}", { name }) as Promise<it.Lesson>;

export const labs = () => get("/labs", {});
export const startLab = (source: it.Source, lang: string) => post("/labs", {}, { source, lang });
export const stopLab = (lab: string) => remove("/labs/{lab}", { lab });
export const lab = (lab: string) => get("/labs/{lab}", { lab }) as Promise<it.LabView>;
export const doLine = (lab: string, line: string) => post("/labs/{lab}/do", { lab }, { line });
export const judge = (lab: string, expect: string) => post("/labs/{lab}/judge", { lab }, { expect });
export const grade = (lab: string, last?: number) => post("/labs/{lab}/grade", { lab }, { last });
/** A machine or one of its tables, as `show --json` prints it. */
export const table = <T>(lab: string, node: string, name?: string) =>
  getPlain<T>(name === undefined ? path("labs", lab, "nodes", node) : path("labs", lab, "nodes", node, name));

export const clock = (lab: string) => get("/labs/{lab}/clock", { lab });
export const setClock = (lab: string, wish: { run?: boolean; speed?: number }) => post("/labs/{lab}/clock", { lab }, wish);
export const back = (lab: string, wish: it.BackWish) => post("/labs/{lab}/clock/back", { lab }, wish);
export const step = (lab: string, wish: it.StepWish) => post("/labs/{lab}/clock/step", { lab }, wish) as Promise<it.Stepped>;

export const frames = (lab: string, search: it.Search = {}, signal?: AbortSignal) =>
  get("/labs/{lab}/frames", { lab }, search, signal) as Promise<it.FrameList>;
export const frame = (lab: string, sequence: number) =>
  get("/labs/{lab}/frames/{sequence}", { lab, sequence }) as Promise<it.FrameView>;
/** What may be written next in a filter; `cursor` counts octets. */
export const complete = (lab: string, begun: { text: string; cursor: number }, signal?: AbortSignal) =>
  get("/labs/{lab}/complete", { lab }, begun, signal);
export const happened = (lab: string, search: it.Search = {}, signal?: AbortSignal) =>
  get("/labs/{lab}/happened", { lab }, search, signal);
export const journey = (lab: string, packet: string) =>
  get("/labs/{lab}/packets/{packet}", { lab, packet }) as Promise<it.Journey>;
export const spotlight = (lab: string) => get("/labs/{lab}/spotlight", { lab });

export const conversations = (lab: string) => get("/labs/{lab}/conversations", { lab }) as Promise<it.Conversation[]>;
export const ladder = (lab: string, id: string, limit?: number) =>
  get("/labs/{lab}/conversations/{conversation}", { lab, conversation: id }, { limit }) as Promise<it.Ladder>;

/** Starts a program; the answer's lines are `ExecNews`. */
export const exec = (lab: string, node: string, argv: string[], signal: AbortSignal) =>
  send("POST", path("labs", lab, "exec"), { node, argv, stdin: true }, { signal });
export const stdin = (lab: string, id: number, text: string) =>
  send("POST", path("labs", lab, "processes", id, "stdin"), undefined, { body: text });
export const interrupt = (lab: string, id: number) => post("/labs/{lab}/processes/{id}/interrupt", { lab, id });
export const kill = (lab: string, id: number) => post("/labs/{lab}/processes/{id}/kill", { lab, id });
