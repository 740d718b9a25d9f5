// The service is killed and started again under an open page.
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

test("the page says so, comes back by itself, and the labs come back with one click", async () => {
  await world.lab({ builtin: "two-lans" });
  const visitor = await visit(browser, world);
  await visitor.tab.goto(world.page);
  await visitor.do("lab-card", '[data-lab="two-lans"]').waitFor();
  await world.kill();
  await visitor.do("service-gone").waitFor();
  await world.serve();
  await visitor.do("service-gone").waitFor({ state: "hidden", timeout: 30_000 });
  const labs = await world.api("GET", "/labs");
  if (labs.length === 0) {
    await visitor.do("restore").first().click();
    for (let turn = 0; turn < 100 && (await world.api("GET", "/labs")).length === 0; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  assert.deepEqual((await world.api("GET", "/labs")).map((lab) => lab.name), ["two-lans"]);
  const odd = visitor.told.filter((line) => !/Failed to load resource|WebSocket connection|ERR_CONNECTION/.test(line));
  assert.deepEqual(odd, []);
});
