/** Asks for news again and again, each source at its own pace, so that a slow one holds up no other. */

import { tell } from "./notice.js";

/** Pauses between two questions: page in sight, page hidden, and after no good answer. */
const PAUSE_MS = { seen: 1000, hidden: 10_000, failed: 4000 };

export class Polling {
  #sources;
  #timers = new Map();
  #troubles = new Map();

  /** @param sources objects with `refresh(): Promise<void>` */
  constructor(sources) {
    this.#sources = sources;
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  start() {
    for (const source of this.#sources) {
      this.#poll(source);
    }
  }

  /** Back in sight: those that pause ask at once. */
  #wake() {
    if (document.hidden) {
      return;
    }
    for (const [source, timer] of this.#timers) {
      clearTimeout(timer);
      this.#poll(source);
    }
  }

  async #poll(source) {
    this.#timers.delete(source);
    const failed = await source.refresh().then(() => null, (error) => error);
    this.#note(source, failed);
    const pause = failed ? PAUSE_MS.failed : document.hidden ? PAUSE_MS.hidden : PAUSE_MS.seen;
    this.#timers.set(source, setTimeout(() => this.#poll(source), pause));
  }

  /** Say what is wrong, once, and take it back when all is well again. */
  #note(source, failed) {
    const before = this.#words;
    if (failed) {
      this.#troubles.set(source, failed.message);
    } else {
      this.#troubles.delete(source);
    }
    if (this.#words !== before) {
      tell(this.#words);
    }
  }

  get #words() {
    return [...new Set(this.#troubles.values())].join(" ");
  }
}
