// Every call of the service interface that the page makes, by name; nothing else in the page writes
// a path.

import { get, path, post, remove, send } from "./http";
import type * as it from "./types";

export const status = () => get<it.Status>("/status");
export const session = (secret: string) =>
  send("POST", "/session", undefined, { headers: { authorization: `Bearer ${secret}` } });
export const restoreLeft = () => post<it.LabLine[]>("/left/restore");
export const forgetLeft = () => remove<void>("/left");

export const gallery = () => get<it.GalleryLab[]>("/gallery");
export const lesson = (name: string) => get<it.Lesson>(path("lessons", name));

export const labs = () => get<it.LabLine[]>("/labs");
export const startLab = (source: it.Source, lang: string) => post<it.LabLine>("/labs", { source, lang });
export const stopLab = (lab: string) => remove<void>(path("labs", lab));
export const lab = (lab: string) => get<it.LabView>(path("labs", lab));
export const doLine = (lab: string, line: string) => post<void>(path("labs", lab, "do"), { line });
export const judge = (lab: string, expect: string) => post<it.Verdict>(path("labs", lab, "judge"), { expect });
/** A machine or one of its tables, as `show --json` prints it. */
export const table = <T>(lab: string, node: string, name?: string) =>
  get<T>(name === undefined ? path("labs", lab, "nodes", node) : path("labs", lab, "nodes", node, name));

export const clock = (lab: string) => get<it.Clock>(path("labs", lab, "clock"));
export const setClock = (lab: string, wish: { run?: boolean; speed?: number }) =>
  post<it.Clock>(path("labs", lab, "clock"), wish);
export const step = (lab: string, wish: it.StepWish) => post<it.Stepped>(path("labs", lab, "clock", "step"), wish);

export const frames = (lab: string, search: it.Search = {}, signal?: AbortSignal) =>
  get<it.FrameList>(path("labs", lab, "frames"), { ...search }, signal);
export const frame = (lab: string, sequence: number) => get<it.FrameView>(path("labs", lab, "frames", sequence));
export const happened = (lab: string, search: it.Search = {}, signal?: AbortSignal) =>
  get<it.EventList>(path("labs", lab, "happened"), { ...search }, signal);
export const journey = (lab: string, packet: string) => get<it.Journey>(path("labs", lab, "packets", packet));
export const spotlight = (lab: string) => get<it.Spotlight>(path("labs", lab, "spotlight"));

export const conversations = (lab: string) => get<it.Conversation[]>(path("labs", lab, "conversations"));
export const ladder = (lab: string, id: string, limit?: number) =>
  get<it.Ladder>(path("labs", lab, "conversations", id), { limit });

/** Starts a program; the answer's lines are `ExecNews`. */
export const exec = (lab: string, node: string, argv: string[], signal: AbortSignal) =>
  send("POST", path("labs", lab, "exec"), { node, argv, stdin: true }, { signal });
export const stdin = (lab: string, id: number, text: string) =>
  send("POST", path("labs", lab, "processes", id, "stdin"), undefined, { body: text });
export const interrupt = (lab: string, id: number) => post<void>(path("labs", lab, "processes", id, "interrupt"));
export const kill = (lab: string, id: number) => post<void>(path("labs", lab, "processes", id, "kill"));
