// The service interface's answers, as the page reads them. Paths and rules: the OpenAPI document.
// Times are seconds of the lab's clock; `nanos` is the same, exactly.

export interface Text {
  en: string;
  zh: string;
}
export interface Problem extends Text {
  code: string;
}

// who
export interface Status {
  version: string;
  pid: number;
  page: string;
  ended: [name: string, why: string][];
  left?: LeftLab[];
}
/** A lab that ran when the last service died. */
export interface LeftLab {
  name: string;
  title: Text;
  source: string;
}

// gallery and lessons
export interface GalleryLab {
  name: string;
  title: Text;
  about: Text;
  lessons: LessonLine[];
  running: boolean;
}
export interface LessonLine {
  name: string;
  lab: string;
  title: Text;
  about: Text;
}
export interface Lesson extends LessonLine {
  scenes: Scene[];
}
export interface Scene {
  title: Text;
  /** Paragraphs with a blank line between; `code` and **strong** only. */
  text: Text;
  show: Show;
  actions: Action[];
  task?: Task | null;
  note?: Text | null;
  rfc: string[];
}
export interface Show {
  view: ViewName;
  node?: string | null;
  filter?: string | null;
  layers?: number | null;
  table?: string | null;
}
export interface Action {
  label: Text;
  do: string;
}
export interface Task {
  text: Text;
  expect: string;
  hint: Text;
  points: number;
  solution: Action[];
}
export type ViewName = "network" | "events" | "ladder" | "packet" | "machine";

// labs
export type Source = { builtin: string } | { file: string } | { text: string };
export interface LabLine {
  name: string;
  title: string;
  title_zh: string;
  seed: number;
  seconds: number;
  nodes: number;
  late_ms: number;
  source: string;
  journal_trouble?: string | null;
}
export interface LabView extends LabLine {
  networks: NetworkView[];
  nodes_list: NodeLine[];
  links: LinkLine[];
  programs: ProgramLine[];
  layout: Layout;
}
export interface NetworkView {
  name: string;
  subnet: string;
  gateway: string | null;
}
export interface NodeLine {
  name: string;
  kind: "host" | "router" | "switch" | "joined";
  powered: boolean;
  title?: Text | null;
  addresses: string[];
  names: string[];
}
export interface LinkLine {
  name: string;
  /** One end: `pc1.eth0`. */
  a: string;
  b: string;
  state: LinkState;
  /** From `a` to `b`, as a lab file says it: `1Gbit 500ns`. */
  forward: string;
  backward: string;
}
export type LinkState = "up" | "cut" | "down";
export interface ProgramLine {
  name: string;
  help: string;
  help_zh: string;
}
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
export interface LogLine {
  seconds: number;
  node: string;
  label: string;
  stream: "stdout" | "stderr" | "exit";
  text: string;
}
/** One line of a started program's output; texts are base64. */
export type ExecNews =
  | { process: number }
  | { stdout: string }
  | { stderr: string }
  | { exit: number }
  | { missed: number };

// time
export interface Clock {
  seconds: number;
  nanos: number;
  running: boolean;
  speed: number;
  behind_ms: number;
  next_seconds: number | null;
  /** Joined hosts: real programs do not wait. */
  cannot_stop: string[];
}
export interface StepWish {
  events?: number;
  until?: number;
  filter?: string;
  within?: number;
}
export interface Stepped {
  clock: Clock;
  by: "count" | "time" | "filter" | "limit" | "quiet";
  frame?: FrameLine | null;
  event?: EventLine | null;
}

// frames
export interface Dropped extends Text {
  reason: string;
}
export interface FrameLine {
  sequence: number;
  seconds: number;
  nanos: number;
  node: string;
  jack: string;
  link: string | null;
  /** The other end of the cable: `office.2`. */
  peer: string | null;
  direction: "in" | "out";
  packet: string;
  parent: string | null;
  length: number;
  layers: string[];
  protocol: string;
  src: string;
  dst: string;
  info: Text;
  dropped: Dropped | null;
}
/** What a search of the recorded takes. */
export interface Search {
  filter?: string;
  at?: string;
  from?: number;
  before?: number;
  limit?: number;
  order?: "oldest" | "newest";
}
export interface FrameList {
  frames: FrameLine[];
  first: number;
  next: number;
  more: boolean;
  resume: number;
}
export interface FrameView {
  line: FrameLine;
  octets: string;
  fields: FieldLine[];
}
export interface FieldLine {
  name: string;
  label: Text;
  start: number;
  end: number;
  depth: number;
  value: string;
  layer: number;
}
export interface EventLine {
  number: number;
  time: number;
  nanos: number;
  layer: number;
  node: string;
  place?: string;
  packet?: string;
  reason: string;
  fate: string;
  clause?: string;
  en: string;
  zh: string;
}
export interface EventList {
  events: EventLine[];
  first: number;
  next: number;
  more: boolean;
  resume: number;
}

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
export interface Count {
  frames: number;
  octets: number;
  dropped: number;
}
export interface LinkLive {
  name: string;
  state: LinkState;
  forward: Count;
  backward: Count;
}
export interface Live {
  clock: Clock;
  links: LinkLive[];
  nodes: { name: string; powered: boolean }[];
  frames: FrameLine[];
  events: EventLine[];
  skipped: { frames: number; events: number };
  topology: number;
}
