// Which part of the drawing is seen: all of it at first; moved by hand, by keys and by buttons.

import type { Layout } from "../../api/types";
import { zoomed } from "./geometry";

/** Room around the drawing, in its own units. */
const MARGIN = 16;
const STEP = 40;
const FACTOR = 1.25;

export class Picture {
  #size = $state.raw({ width: 1, height: 1 });
  #window = $state.raw({ x: -MARGIN, y: -MARGIN, scale: 1 });
  #held: { x: number; y: number; unit: number } | null = null;

  viewBox = $derived(`${this.#window.x} ${this.#window.y} ${this.#width} ${this.#height}`);

  get #width() {
    return this.#size.width / this.#window.scale;
  }
  get #height() {
    return this.#size.height / this.#window.scale;
  }

  /** Another drawing: all of it is seen. */
  fit(layout: Layout) {
    this.#size = { width: layout.width + 2 * MARGIN, height: layout.height + 2 * MARGIN };
    this.whole();
  }

  whole() {
    this.#window = { x: -MARGIN, y: -MARGIN, scale: 1 };
  }

  zoom(direction: 1 | -1) {
    const { x, y } = this.#window;
    this.#window = zoomed(this.#window, FACTOR ** direction, [x + this.#width / 2, y + this.#height / 2]);
  }

  move(x: number, y: number) {
    this.#window = { ...this.#window, x: this.#window.x + x, y: this.#window.y + y };
  }

  press(event: KeyboardEvent) {
    const step = STEP / this.#window.scale;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.move(-step, 0),
      ArrowRight: () => this.move(step, 0),
      ArrowUp: () => this.move(0, -step),
      ArrowDown: () => this.move(0, step),
      "+": () => this.zoom(1),
      "=": () => this.zoom(1),
      "-": () => this.zoom(-1),
      "0": () => this.whole(),
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
  }

  grab(event: PointerEvent) {
    if (event.pointerType === "touch" || event.target !== event.currentTarget) return;
    const svg = event.currentTarget as SVGSVGElement;
    this.#held = { x: event.clientX, y: event.clientY, unit: svg.getScreenCTM()?.a ?? 1 };
  }

  drag(event: PointerEvent) {
    if (this.#held === null) return;
    const { x, y, unit } = this.#held;
    this.move((x - event.clientX) / unit, (y - event.clientY) / unit);
    this.#held = { ...this.#held, x: event.clientX, y: event.clientY };
  }

  release() {
    this.#held = null;
  }
}
