// A scene's filter leads to the conversation of the frame that it matched.
import { describe, expect, it } from "vitest";
import type { Conversation, FrameLine } from "../../api/types";
import { conversationOf } from "./resolve";

const conversation = (id: string, client: [string, number], server: [string, number]) =>
  ({ id, client: { node: null, address: client[0], port: client[1] }, server: { node: null, address: server[0], port: server[1] } }) as Conversation;

describe("a frame's conversation", () => {
  const all = [
    conversation("young", ["10.0.0.1", 40001], ["10.0.0.2", 9001]),
    conversation("old", ["10.0.0.1", 40000], ["10.0.0.2", 9001]),
    conversation("six", ["fd00::1", 40000], ["fd00::2", 80]),
  ];
  const of = (src: string, dst: string) => conversationOf(all, { src, dst } as FrameLine)?.id;

  it("is found from either end", () => {
    expect(of("10.0.0.1:40000", "10.0.0.2:9001")).toBe("old");
    expect(of("10.0.0.2:9001", "10.0.0.1:40001")).toBe("young");
    expect(of("[fd00::2]:80", "[fd00::1]:40000")).toBe("six");
  });
  it("is none for other ports", () => expect(of("10.0.0.1:40002", "10.0.0.2:9001")).toBe(undefined));
});
