// Every view, both languages, both themes, two sizes: a picture, axe, no foreign word, no overflow.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, visit } from "./browser.mjs";
import { ROOT, World, pause } from "./world.mjs";

const AXE = await readFile(path.join(ROOT, process.env.CATENET_NODE_MODULES ?? "web/node_modules", "axe-core/axe.min.js"), "utf8");
const PICTURES = path.join(ROOT, "target/page");
const SIZES = { wide: [1280, 800], phone: [390, 844] };

/** Words that are the same in every language: protocols, units, names of labs and machines, states. */
const SAME = new Set((await readFile(new URL("same.txt", import.meta.url), "utf8")).split(/\s+/).filter(Boolean));

let world, browser, packet;
before(async () => {
  await mkdir(PICTURES, { recursive: true });
  world = await World.start();
  browser = await open();
  await world.lab({ builtin: "two-lans" });
  await world.lab({ builtin: "handshake" });
  for (let turn = 0; turn < 100 && !packet; turn++) {
    await pause(100);
    packet = await world.api("GET", "/labs/two-lans/spotlight").then((it) => it.packet, () => undefined);
  }
  assert.ok(packet, "a GET was recorded");
});
after(async () => {
  await browser?.close();
  await world?.stop();
});

const views = () => ({
  front: "",
  network: "lab/two-lans/network",
  events: "lab/two-lans/events",
  ladder: "lab/handshake/ladder",
  packet: `lab/two-lans/packet/${encodeURIComponent(packet)}`,
  machine: "lab/two-lans/machine/pc1",
  switch: "lab/two-lans/machine/office",
  tasks: "lab/two-lans/tasks",
  lesson: "lab/handshake/lesson/three-way-handshake",
});

for (const lang of ["en", "zh"]) {
  for (const theme of ["light", "dark"]) {
    for (const [size, pixels] of Object.entries(SIZES)) {
      test(`every view (${lang}, ${theme}, ${size})`, async () => {
        const visitor = await visit(browser, world, { lang, theme, size: pixels, calm: true });
        await visitor.tab.goto(world.page);
        await visitor.do("lab-card").first().waitFor();
        for (const [name, where] of Object.entries(views())) {
          await visitor.tab.goto(`http://127.0.0.1:${world.port}/#/${where}`);
          await visitor.tab.waitForSelector('[data-ready="true"]');
          await pause(300);
          await visitor.tab.screenshot({ path: path.join(PICTURES, `${name}-${lang}-${theme}-${size}.png`) });
          const wide = await visitor.tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${name}: ${wide} px wider than the window`);
          assert.deepEqual(await serious(visitor.tab), [], name);
          if (lang === "zh") assert.deepEqual(await english(visitor.tab), [], name);
        }
        assert.deepEqual(visitor.told, []);
        await visitor.close();
      });
    }
  }
}

/** What axe finds that is serious or worse: rule, how often, the first place. */
async function serious(tab) {
  await tab.evaluate(AXE); // by the debugger, which the page's policy does not bind
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => `${found.id} (${found.nodes.length}): ${found.nodes[0].html.slice(0, 160)}: ${found.nodes[0].failureSummary?.split("\n")[1] ?? ""}`);
}

/** English words that a Chinese reader sees or hears, but for what is marked as output, code or name. */
async function english(tab) {
  const texts = await tab.evaluate(() => {
    const found = [];
    const spared = "code, pre, kbd, samp, [translate=no], [lang=en], script, style";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.closest(spared) && node.parentElement.checkVisibility()) found.push(node.textContent);
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      if (element.closest(spared)) continue;
      for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "");
    }
    return found;
  });
  // What holds a digit is a name, a unit or a hardware address: pc1:15, 3ms, 02:f3:38:b6:eb:11, IPv4.
  const plain = (text) => text.replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, " ").replace(/[A-Za-z]*[0-9][A-Za-z0-9]*/g, " ");
  const words = texts.flatMap((text) => plain(text).match(/[A-Za-z][A-Za-z'-]*[a-z][A-Za-z'-]*/g) ?? []);
  return [...new Set(words.filter((word) => !SAME.has(word) && !SAME.has(word.toLowerCase())))];
}
