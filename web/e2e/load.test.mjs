// What a first visit costs, and what the page's doors let in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, visit } from "./browser.mjs";
import { World } from "./world.mjs";

let world, browser;
before(async () => {
  world = await World.start();
  browser = await open();
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

test("the first load is under 1 MB compressed", async () => {
  const visitor = await visit(browser, world);
  const session = await visitor.context.newCDPSession(visitor.tab);
  await session.send("Network.enable");
  let octets = 0;
  session.on("Network.loadingFinished", (done) => (octets += done.encodedDataLength));
  await visitor.tab.goto(world.page);
  await visitor.do("lab-card").first().waitFor();
  console.log(`first load: ${octets} octets`);
  assert.ok(octets > 0 && octets < 1_000_000);
  await visitor.close();
});

test("a page without the secret says what to do", async () => {
  const visitor = await visit(browser, world);
  await visitor.tab.goto(`http://127.0.0.1:${world.port}/`);
  await visitor.tab.getByText("catenet ps").first().waitFor();
  await visitor.close();
});

test("the policy is strict: nothing inline, nothing from elsewhere", async () => {
  const answer = await fetch(`http://127.0.0.1:${world.port}/`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});
