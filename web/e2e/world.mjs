// A catenet service of the test's own: its folder, its labs, its page's address; and a clean end.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const BINARY = process.env.CATENET_BINARY ?? path.join(ROOT, "target/release/catenet");

export class World {
  /** Starts a service in a folder of its own. */
  static async start() {
    const world = new World();
    world.folder = await mkdtemp(path.join(tmpdir(), "cn-"));
    await world.serve();
    return world;
  }

  get env() {
    return { ...process.env, XDG_RUNTIME_DIR: this.folder, CATENET_LANG: "en", NO_COLOR: "1" };
  }

  /** Starts (or starts again) the service; on the port of before, if there was one. */
  async serve() {
    const words = this.port ? ["serve", "--listen", `127.0.0.1:${this.port}`] : ["serve"];
    this.service = spawn(BINARY, words, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.said = "";
    this.service.stdout.on("data", (part) => (this.said += part));
    this.service.stderr.on("data", (part) => (this.said += part));
    for (let turn = 0; turn < 200; turn++) {
      const status = await this.catenet("ps").catch((failure) => failure);
      if (status.code === undefined || status.code === 0) break;
      if (this.service.exitCode !== null) throw new Error(`the service ended: ${this.said}`);
      await pause(50);
    }
    const found = /http:\/\/127\.0\.0\.1:(\d+)\/#k=([0-9a-f]+)/.exec(this.said);
    if (!found) throw new Error(`serve did not print the page's address: ${this.said}`);
    [this.page, this.port, this.secret] = [found[0], found[1], found[2]];
  }

  /** Runs the command line against this service. */
  catenet(...words) {
    return run(BINARY, words, { env: this.env, cwd: ROOT });
  }

  /** A request to the service interface. */
  async api(method, where, body) {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1${where}`, {
      method,
      headers: { authorization: `Bearer ${this.secret}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Starts a lab: a built-in one by its name, or a text. */
  async lab(source) {
    return this.api("POST", "/labs", { source });
  }

  /** Kills the service as a power cut would. */
  async kill() {
    const ended = new Promise((resolve) => this.service.once("exit", resolve));
    this.service.kill("SIGKILL");
    await ended;
  }

  async stop() {
    if (this.service.exitCode === null && this.service.signalCode === null) {
      const ended = new Promise((resolve) => this.service.once("exit", resolve));
      this.service.kill("SIGTERM");
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
