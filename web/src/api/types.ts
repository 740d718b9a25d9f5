// The service interface's answers, as the page reads them. Paths and rules: the OpenAPI document.
// Times are seconds of the lab's clock; `nanos` is the same, exactly.

import type { components } from "./schema";
import type { Whole } from "./typed";

type S = components["schemas"];
/** The document's type, with what it leaves open said more narrowly. */
type With<T, Narrow> = Omit<Whole<T>, keyof Narrow> & Narrow;

export type Text = Whole<S["Text"]>;
export type Problem = Whole<S["Problem"]>;

// who
export type Status = With<S["Status"], { left?: LeftLab[] }>;
/** A lab that ran when the last service died. */
export interface LeftLab {
  name: string;
  title: Text;
  source: string;
}

// gallery and lessons
export type GalleryLab = Whole<S["GalleryLab"]>;
export type LessonLine = Whole<S["LessonLine"]>;
export type Lesson = With<S["Lesson"], { scenes: Scene[] }>;
export type Scene = With<S["Scene"], { show: Show; task: Task | null; note: Text | null }>;
export type Show = With<S["Show"], { view: ViewName }>;
export type Action = Whole<S["Action"]>;
export type Task = Whole<S["LessonTask"]>;
export type ViewName = "network" | "events" | "ladder" | "packet" | "machine";

// labs
export type Source = Whole<S["Source"]>;
export type LabLine = Whole<S["LabLine"]>;
export type LabView = With<S["LabView"], { nodes_list: NodeLine[]; links: LinkLine[]; layout: Layout }>;
export type NetworkView = Whole<S["NetworkView"]>;
export type NodeLine = With<S["NodeLine"], { kind: "host" | "router" | "switch" | "joined"; title?: Text | null }>;
export type LinkLine = With<S["LinkLine"], { state: LinkState }>;
export type LinkState = "up" | "cut" | "down";
export type ProgramLine = Whole<S["ProgramLine"]>;
/** Centres of nodes, labels by their left and top; CSS pixels at scale 1. */
export interface Layout {
  width: number;
  height: number;
  nodes: LayoutNode[];
  links: { name: string; points: [number, number][] }[];
}
export interface LayoutNode {
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
  label: { x: number; y: number; width: number; height: number };
}
export interface Verdict {
  holds: boolean;
  known: boolean;
  measured: { what: string; value: Text; holds: boolean; known: boolean; frames: Text[] }[];
}
export type ExecNews = Whole<S["ExecNews"]>;

// time
export type Clock = Whole<S["Clock"]>;
export type StepWish = S["Step"];
export type Stepped = With<S["Stepped"], { event?: EventLine }>;

// frames
export type Dropped = Whole<S["Dropped"]>;
export type FrameLine = With<S["FrameLine"], { direction: "in" | "out" }>;
/** What a search of the recorded takes. */
export interface Search {
  filter?: string;
  at?: string;
  from?: number;
  before?: number;
  limit?: number;
  order?: "oldest" | "newest";
}
export type FrameList = With<S["FrameList"], { frames: FrameLine[] }>;
export type FrameView = With<S["FrameView"], { line: FrameLine }>;
export type FieldLine = Whole<S["FieldLine"]>;
export type EventLine = With<S["EventLine"], { place?: string; packet?: string; clause?: string }>;
export type EventList = Whole<S["EventList"]>;

// journeys
export interface Journey {
  packet: string;
  parent: string | null;
  children: string[];
  seconds: number;
  whole: boolean;
  title: Text;
  stations: Station[];
}
export interface Station {
  node: string;
  kind: NodeLine["kind"];
  from: string | null;
  arrived: Pass | null;
  left: Pass[];
  fate: "sent" | "delivered" | "consumed" | "dropped" | "held";
  seconds: number;
  /** Seven, layer 7 first. */
  layers: LayerView[];
}
export interface Pass {
  sequence: number;
  seconds: number;
  nanos: number;
  jack: string;
  link: string | null;
}
export interface LayerView {
  layer: number;
  name: Text;
  lit: boolean;
  inbound: Sentence[];
  outbound: Sentence[];
}
export interface Sentence extends Text {
  number: number;
  clause: string;
  reason: string;
  fields: { name: string; value: string; start: number; end: number }[];
}
export interface Spotlight {
  packet: string;
  sequence: number;
  title: Text;
}

// conversations
export interface End {
  node: string | null;
  address: string;
  port: number;
}
export interface Conversation {
  id: string;
  protocol: "tcp" | "udp";
  client: End;
  server: End;
  began: number;
  last: number;
  frames: number;
  octets: [to_server: number, to_client: number];
  state: [client: string | null, server: string | null];
  spoke: string;
}
export interface Ladder {
  conversation: Conversation;
  rungs: Rung[];
  states: StateChange[];
  samples: Sample[];
  more: boolean;
}
export type Side = "client" | "server";
export interface Rung {
  packet: string;
  from: Side;
  sent: number;
  received: number | null;
  sent_nanos: number;
  received_nanos: number | null;
  flags: string[];
  seq: number;
  ack: number;
  relative_seq: number;
  relative_ack: number;
  window: number;
  length: number;
  info: Text;
  dropped: Dropped | null;
  repeated: boolean;
  sent_sequence: number;
  received_sequence: number | null;
}
export interface StateChange {
  seconds: number;
  nanos: number;
  side: Side;
  state: string;
}
export interface Sample {
  seconds: number;
  side: Side;
  cwnd: number;
  ssthresh: number | null;
  in_flight: number;
  srtt_ms: number | null;
}

// live
export type Count = Whole<S["Count"]>;
export type LinkLive = With<S["LinkState"], { state: LinkState }>;
export interface Live {
  clock: Clock;
  links: LinkLive[];
  nodes: { name: string; powered: boolean }[];
  frames: FrameLine[];
  events: EventLine[];
  skipped: { frames: number; events: number };
  topology: number;
}
