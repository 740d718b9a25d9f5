// Addresses, languages and waiting: the small rules of the stores.
import { describe, expect, it } from "vitest";
import { pieces, paragraphs } from "../parts/rich";
import { path, withQuery } from "../api/http";
import { Backoff } from "./backoff";
import { preferred } from "./language.svelte";
import { NOWHERE, address, parse } from "./route.svelte";

describe("addresses", () => {
  it("lead back to where they were made", () => {
    const place = { arg: "pc1:15", filter: 'ip.dst == "a/b" && x', layers: 5, table: null, node: "r1", scene: null };
    expect(parse(address("two-lans", "packet", place))).toEqual({ lab: "two-lans", view: "packet", place });
  });
  it("of nothing, of the secret and of an unknown view lead to something that exists", () => {
    for (const hash of ["", "#", "#/", "#k=abc", "#/what/ever"]) expect(parse(hash).lab).toBe(null);
    expect(parse("#/lab/a/nothing")).toEqual({ lab: "a", view: "network", place: NOWHERE });
    expect(parse("#/lab/%E0%A4%A").lab).toBe("%E0%A4%A");
  });
});

describe("languages", () => {
  it("the first that we speak", () => {
    expect(preferred(["fr-FR", "zh-TW", "en"])).toBe("zh");
    expect(preferred(["en-GB", "zh-CN"])).toBe("en");
    expect(preferred(["fr"])).toBe("en");
  });
});

describe("waiting", () => {
  it("grows to a bound and begins anew after a success", () => {
    const backoff = new Backoff(100, 500);
    expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([100, 200, 400, 500, 500]);
    backoff.succeeded();
    expect(backoff.next()).toBe(100);
  });
});

describe("paths", () => {
  it("hold any name", () => {
    expect(path("labs", "a b", "packets", "pc1:15")).toBe("/labs/a%20b/packets/pc1%3A15");
    expect(withQuery("/frames", { filter: "a == 1 && b", from: 0, at: null, limit: undefined })).toBe("/frames?filter=a+%3D%3D+1+%26%26+b&from=0");
  });
});

describe("prose", () => {
  it("is paragraphs of plain, code and strong pieces", () => {
    expect(paragraphs("a\n\n  b\nc \n \n")).toEqual(["a", "b c"]);
    expect(paragraphs("局域\n网, \nTCP\n连接")).toEqual(["局域网,  TCP 连接"]);
    expect(pieces("a `b*` **c** <i>")).toEqual([
      { kind: "plain", text: "a " },
      { kind: "code", text: "b*" },
      { kind: "plain", text: " " },
      { kind: "strong", text: "c" },
      { kind: "plain", text: " <i>" },
    ]);
    expect(pieces("`open")).toEqual([{ kind: "plain", text: "`open" }]);
  });
});
