// A real Chromium, as an ordinary visitor has it; what it complains about fails the test.
import { chromium } from "playwright-core";
import { existsSync } from "node:fs";

const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const CALM = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts the browser. As root, Chromium's own sandbox cannot work. */
export async function open() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("no Chromium: cargo xtask test --install-peers brings it");
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, headless: true, args: [...root, ...CALM] });
}

/**
 * A visitor's tab. `told` collects what went wrong in it: exceptions, console errors, refused
 * contents, requests to any other place than the service.
 */
export async function visit(browser, world, { lang = "en", theme = "light", size = [1280, 800], calm = false } = {}) {
  const context = await browser.newContext({
    locale: lang === "zh" ? "zh-CN" : "en-GB",
    colorScheme: theme,
    reducedMotion: calm ? "reduce" : "no-preference",
    viewport: { width: size[0], height: size[1] },
  });
  const tab = await context.newPage();
  tab.setDefaultTimeout(15_000);
  const told = [];
  tab.on("pageerror", (error) => told.push(`exception: ${error.message}`));
  tab.on("console", (message) => {
    // A lab in which nothing was sent yet has nothing to follow: 404 says so, and Chromium notes it.
    const early = message.location().url.endsWith("/spotlight") && message.text().includes("404");
    if (message.type() === "error" && !early) told.push(`console: ${message.text()} ${message.location().url}`);
  });
  tab.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.host !== `127.0.0.1:${world.port}`) told.push(`foreign request: ${request.url()}`);
  });
  const do_ = (name, more = "") => tab.locator(`[data-testid="${name}"]${more}`);
  return { tab, told, do: do_, context, close: () => context.close() };
}
