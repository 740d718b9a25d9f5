// A learner's hands on a running lab: pause and step, a terminal, a cut cable.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, visit } from "./browser.mjs";
import { World, pause } from "./world.mjs";

let world, browser, visitor;
before(async () => {
  world = await World.start();
  browser = await open();
  await world.lab({ builtin: "two-lans" });
  visitor = await visit(browser, world);
  await visitor.tab.goto(world.page);
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

const at = (where) => visitor.tab.goto(`http://127.0.0.1:${world.port}/#/lab/two-lans/${where}`);

test("a handshake is stepped segment by segment", async () => {
  await at("events");
  await visitor.do("clock-pause").click();
  await visitor.do("clock-resume").waitFor();
  const still = (await world.api("GET", "/labs/two-lans/clock")).nanos;
  await pause(300);
  assert.equal((await world.api("GET", "/labs/two-lans/clock")).nanos, still, "paused time stands");
  // Step until a connection opens at pc1, then segment by segment.
  const flags = [];
  for (let step = 0; step < 400 && flags.length < 3; step++) {
    const before = (await world.api("GET", "/labs/two-lans/clock")).nanos;
    await visitor.do("clock-step-segment").click();
    await visitor.tab.waitForFunction(async (before) => {
      const answer = await fetch(`/api/v1/labs/two-lans/clock`);
      return (await answer.json()).nanos > before;
    }, before);
    const here = encodeURIComponent('tcp && node == "pc1"');
    const { frames } = await world.api("GET", `/labs/two-lans/frames?order=newest&limit=1&filter=${here}`);
    const now = (await world.api("GET", "/labs/two-lans/clock")).nanos;
    if (frames[0]?.nanos !== now) continue; // another device's segment
    const { fields } = await world.api("GET", `/labs/two-lans/frames/${frames[0].sequence}`);
    const flag = (name) => Number(fields.find((field) => field.name === `tcp.flags.${name}`).value);
    const seen = `${flag("syn") ? "SYN " : ""}${flag("ack") ? "ACK" : ""}`.trim();
    if (flags.length > 0 || seen === "SYN") flags.push(seen);
  }
  // The third may carry data already; it acknowledges and does not ask.
  assert.deepEqual(flags, ["SYN", "SYN ACK", "ACK"]);
  await visitor.do("clock-resume").click();
  await visitor.do("clock-pause").waitFor();
});

test("ping in pc1's terminal: its echo requests are seen", async () => {
  await at("machine/pc1");
  const line = visitor.do("terminal-input");
  await line.click();
  await line.fill("ping -c 2 10.0.2.80");
  await line.press("Enter");
  await visitor.do("terminal-output").getByText("2 received").waitFor();
  await at("events");
  await visitor.do("events-filter").fill("icmp.type == 8");
  await visitor.do("events-filter").press("Enter");
  await visitor.do("event-row").first().waitFor();
  const said = await visitor.do("event-row").first().textContent();
  assert.match(said, /10\.0\.2\.80/);
  // What is half written is completed by keys alone.
  await visitor.do("events-filter").fill("icmp.ty");
  await visitor.do("filter-proposals").getByText("icmp.type", { exact: true }).waitFor();
  await visitor.do("events-filter").press("ArrowDown");
  await visitor.do("events-filter").press("Tab");
  assert.equal(await visitor.do("events-filter").inputValue(), "icmp.type ");
  await visitor.do("events-filter").press("Escape");
});

test("a cut cable is seen, and a mended one", async () => {
  await at("network");
  const cable = visitor.do("link", '[data-link="pc1--office"]').first();
  await cable.dispatchEvent("click");
  await visitor.do("link-cut").click();
  await visitor.tab.waitForSelector('[data-testid="link"][data-link="pc1--office"][data-state="cut"]');
  const links = (await world.api("GET", "/labs/two-lans")).links;
  assert.equal(links.find((link) => link.name === "pc1--office").state, "cut");
  await visitor.do("link-mend").click();
  await visitor.tab.waitForSelector('[data-testid="link"][data-link="pc1--office"][data-state="up"]');
});

test("nothing went wrong behind the page", () => assert.deepEqual(visitor.told, []));
