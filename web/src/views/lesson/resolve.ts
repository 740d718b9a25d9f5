// What a scene wants to show, as a place of a view: its filter becomes the newest packet or
// conversation that it matches.

import { conversations, frames } from "../../api/calls";
import { Refused } from "../../api/http";
import type { Conversation, End, FrameLine, Show } from "../../api/types";
import { NOWHERE, type Place } from "../../state/route.svelte";

/** Where to look; null: nothing that the scene speaks of has been recorded yet. */
export async function resolve(lab: string, show: Show): Promise<Place | null> {
  const [filter, node] = [show.filter ?? null, show.node ?? null];
  const place = { ...NOWHERE, filter, node, layers: show.layers ?? null, table: show.table ?? null };
  if (show.view === "machine") return { ...place, arg: node };
  if (filter === null || show.view === "events" || show.view === "network") return place;
  try {
    const newest = await frames(lab, { filter, order: "newest", limit: 1 });
    const frame = newest.frames[0];
    if (frame === undefined) return null;
    if (show.view === "packet") return { ...place, arg: frame.packet };
    return { ...place, arg: conversationOf(await conversations(lab), frame)?.id ?? null };
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

const written = (end: End) => `${end.address.includes(":") ? `[${end.address}]` : end.address}:${end.port}`;

/** The newest conversation between the ends of this frame, whoever sent it. */
export function conversationOf(all: Conversation[], frame: FrameLine): Conversation | undefined {
  const ends = [frame.src, frame.dst].sort().join(" ");
  return all.find((one) => [written(one.client), written(one.server)].sort().join(" ") === ends);
}
