// The first visit: clicks only, in both languages, from the front page to a solved task.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { open, visit } from "./browser.mjs";
import { World } from "./world.mjs";

let world, browser;
before(async () => (browser = await open()));
after(() => browser?.close());
// Each visitor has a service of their own: a task that somebody solved stays solved in their lab.
beforeEach(async () => (world = await World.start()));
afterEach(() => world?.stop());

for (const lang of ["en", "zh"]) {
  test(`front -> two-lans -> follow the packet -> slow replay -> lesson -> its task (${lang})`, async () => {
    const visitor = await visit(browser, world, { lang });
    const begun = Date.now();
    await visitor.tab.goto(world.page);
    assert.equal(new URL(visitor.tab.url()).hash.includes("k="), false, "the secret stays in no address");
    await visitor.do("lab-card", '[data-lab="two-lans"]').locator('[data-testid="open-lab"]').click();

    // pc1's GET, just recorded, and one button.
    await visitor.do("follow").click();
    const stations = visitor.do("station");
    await stations.first().waitFor();
    assert.deepEqual(await stations.evaluateAll((all) => all.map((one) => one.dataset.node)),
      ["pc1", "office", "r1", "servers", "web"], "five devices");
    for (const node of ["pc1", "office", "r1", "servers", "web"]) {
      const station = visitor.do("station", `[data-node="${node}"]`).first();
      await station.click();
      const lit = visitor.do("layer", '[data-lit="true"]');
      await lit.first().waitFor();
      for (let one = 0; one < (await lit.count()); one++) {
        assert.notEqual(await lit.nth(one).locator('[data-testid="sentence"]').count(), 0, `${node}: a lit layer says why`);
      }
    }

    // Slow replay: the packet is seen on a cable, and the playhead moves.
    await visitor.do("nav-network").click();
    await visitor.do("replay").click();
    await visitor.do("flight").first().waitFor();
    const seen = await visitor.do("playhead-time").textContent();
    await visitor.tab.waitForFunction((seen) => document.querySelector('[data-testid="playhead-time"]')?.textContent !== seen, seen);

    // The lesson, and its task.
    await visitor.do("front").click();
    await visitor.do("lesson-link", '[data-lesson="three-way-handshake"]').first().click();
    await solveTheFirstTask(visitor);
    assert.ok(Date.now() - begun < 60_000, `under a minute: ${Date.now() - begun} ms`);
    assert.deepEqual(visitor.told, []);
    await visitor.close();
  });
}

/** Walks to the first scene that has a task, sees that it is not solved, solves it by its buttons. */
async function solveTheFirstTask(visitor) {
  const task = visitor.do("task");
  for (let scene = 0; scene < 10; scene++) {
    await visitor.do("scene-next").first().waitFor();
    if ((await task.count()) > 0) break;
    await visitor.do("scene-next").first().click();
  }
  assert.equal(await task.first().getAttribute("data-holds"), "false", "not solved as shipped");
  await visitor.do("task-check").first().click();
  assert.equal(await task.first().getAttribute("data-holds"), "false", "asking does not solve it");
  await visitor.do("solve").first().click();
  await visitor.tab.waitForSelector('[data-testid="task"][data-holds="true"]');
}

export { solveTheFirstTask };
