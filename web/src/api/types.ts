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
export type Status = Whole<S["Status"]>;
export type LeftLab = Whole<S["LeftLab"]>;

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
export type NodeLine = With<S["NodeLine"], { kind: "host" | "router" | "switch" | "joined" }>;
export type LinkLine = With<S["LinkLine"], { state: LinkState }>;
export type LinkState = "up" | "cut" | "down";
export type ProgramLine = Whole<S["ProgramLine"]>;
/** Centres of nodes, labels by their left and top; CSS pixels at scale 1. */
export type Layout = With<S["Layout"], { links: { name: string; points: [x: number, y: number][] }[] }>;
export type LayoutNode = Whole<S["LayoutNode"]>;
export type Verdict = Whole<S["Verdict"]>;
export type Grade = Whole<S["Grade"]>;
export type Judgement = Whole<S["Judgement"]>;
export type ExecNews = Whole<S["ExecNews"]>;

// time
export type Clock = Whole<S["Clock"]>;
export type StepWish = S["Step"];
export type BackWish = S["Back"];
export type WentBack = Whole<S["WentBack"]>;
export type Stepped = With<S["Stepped"], { frame?: FrameLine; event?: EventLine }>;

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
export type Completion = Whole<S["Completion"]>;
export type EventLine = With<S["EventLine"], { place?: string; packet?: string; clause?: string }>;
export type EventList = Whole<S["EventList"]>;

// journeys
export type Journey = With<S["Journey"], { stations: Station[] }>;
export type Station = With<S["Station"], { kind: NodeLine["kind"]; fate: "sent" | "delivered" | "consumed" | "dropped" | "held" }>;
export type Pass = Whole<S["Pass"]>;
export type LayerView = Whole<S["LayerView"]>;
export type Sentence = Whole<S["Sentence"]>;
export type Spotlight = Whole<S["Spotlight"]>;

// conversations
export type End = Whole<S["End"]>;
export type Conversation = With<S["Conversation"], { protocol: "tcp" | "udp"; octets: [to_server: number, to_client: number] }>;
export type Ladder = With<S["Ladder"], { conversation: Conversation; rungs: Rung[]; states: StateChange[]; samples: Sample[] }>;
export type Side = "client" | "server";
export type Rung = With<S["Rung"], { from: Side }>;
export type StateChange = With<S["StateChange"], { side: Side }>;
export type Sample = With<S["Sample"], { side: Side }>;

// live
export type Count = Whole<S["Count"]>;
export type LinkLive = With<S["LinkState"], { state: LinkState }>;
export type Live = With<S["Live"], { links: LinkLive[]; frames: FrameLine[]; events: EventLine[] }>;
