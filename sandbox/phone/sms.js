/** The inbox of text messages. */

import { look } from "./control.js";
import { bilingual, byId, element, showRows, stickToEnd } from "./dom.js";
import { linked, stamp } from "./words.js";

/** What is said of a text that is not simply there. */
const STATUS_WORDS = {
  waiting: () => bilingual("在路上", "On its way"),
  failed: () => bilingual("未送达", "Not delivered"),
};

export class Sms {
  #people;
  #open;
  #unread;
  #log = byId("sms-log");
  #toEnd = stickToEnd(this.#log.parentElement);

  constructor(people, open, unread) {
    this.#people = people;
    this.#open = open;
    this.#unread = unread;
  }

  /** Another person's phone: forget this one's texts. */
  reset() {
    this.#draw([]);
    this.#toEnd();
  }

  /** Ask which texts have come and show what is new. Throws ControlError. */
  async refresh() {
    const { slug } = this.#people;
    const texts = await look("sms", { as: slug });
    if (slug !== this.#people.slug) {
      return;
    }
    this.#draw(texts);
    this.#unread.count(slug, texts.length);
  }

  #draw(texts) {
    byId("sms-empty").hidden = texts.length > 0;
    const rows = texts.map(({ text, at, status }) => ({ text, status, at: stamp(at) }));
    showRows(this.#log, rows, (row) => drawText(row, this.#open));
  }
}

function drawText({ text, status, at }, open) {
  return element("li", { class: "text", "data-status": status },
    element("p", { class: "words" }, ...linked(text, open)),
    element("p", { class: "when" }, at, " ", ...(STATUS_WORDS[status]?.() ?? [])));
}
