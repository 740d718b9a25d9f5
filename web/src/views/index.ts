// The views of a lab: each a folder with a View.svelte that takes a `Place` and nothing else.

import type { Component } from "svelte";
import type { Place, View } from "../state/route.svelte";
import Events from "./events/View.svelte";
import Lesson from "./lesson/View.svelte";
import Ladder from "./ladder/View.svelte";
import Machine from "./machine/View.svelte";
import Network from "./network/View.svelte";
import Tasks from "./tasks/View.svelte";
import Packet from "./packet/View.svelte";

export interface ViewProps {
  place: Place;
  /** Beside a lesson's text: no heading of its own, less room. */
  embedded?: boolean;
}

export const views: Partial<Record<View, Component<ViewProps>>> = {
  network: Network,
  events: Events,
  ladder: Ladder,
  packet: Packet,
  machine: Machine,
  lesson: Lesson,
  tasks: Tasks,
};
