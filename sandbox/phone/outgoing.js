/** Own messages on their way: shown at once, until the account has answered and they are stored. */

/** After this long the reader is told what is being waited for. */
const PATIENCE_MS = 5000;

export class Outgoing {
  #messages = [];
  #count = 0;

  /** A message just sent, by tapping the line `menu` or not; `after` is the id of the newest stored message then. */
  add(text, menu, after) {
    this.#count += 1;
    const message = { key: this.#count, text, menu, after, since: Date.now(), stored: null, reason: "" };
    this.#messages.push(message);
    return message;
  }

  find(key) {
    return this.#messages.find((message) => message.key === key);
  }

  remove(message) {
    this.#messages = this.#messages.filter((other) => other !== message);
  }

  /** Something went wrong, for this reason: it was not sent, unless it is stored already. */
  fail(message, reason) {
    message.reason = reason;
    if (message.stored !== null) {
      this.remove(message);
    }
  }

  /** Find own messages among the stored ones, so that none is shown twice while its answer is awaited. */
  match(stored) {
    const own = stored.filter(({ from, kind }) => from === "citizen" && kind === "text");
    for (const message of this.#messages.filter((each) => each.stored === null)) {
      const taken = this.#messages.map((each) => each.stored);
      const free = own.filter(({ id }) => id > message.after && !taken.includes(id));
      message.stored = free.find(({ text }) => text === message.text)?.id ?? null;
    }
  }

  /** "sending" or "waiting" while an answer is awaited, else "". */
  get state() {
    const awaited = this.#messages.filter(({ reason }) => reason === "");
    if (awaited.length === 0) {
      return "";
    }
    return awaited.some(({ since }) => Date.now() - since > PATIENCE_MS) ? "waiting" : "sending";
  }

  /** Those that are not stored yet: on their way, or failed. */
  get unstored() {
    return this.#messages.filter(({ stored }) => stored === null);
  }
}
