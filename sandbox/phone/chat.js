/** The chat with the service account. */

import { drawRow } from "./bubbles.js";
import { chatRows, isFollowed } from "./chat-rows.js";
import { act, look } from "./control.js";
import { bilingual, byId, showRows, stickToEnd } from "./dom.js";
import { tell } from "./notice.js";
import { Outgoing } from "./outgoing.js";

const STATUS_WORDS = {
  "": () => [],
  sending: () => bilingual("发送中", "Sending"),
  waiting: () => bilingual("还在等公众号回复", "Still waiting for the account"),
};

export class Chat {
  #people;
  #open;
  #unread;
  #messages = [];
  #outgoing = new Outgoing();
  #loaded = false;
  #log = byId("chat-log");
  #toEnd = stickToEnd(this.#log.parentElement);
  #input = byId("chat-input");

  constructor(people, open, unread) {
    this.#people = people;
    this.#open = open;
    this.#unread = unread;
    byId("composer").addEventListener("submit", (event) => this.#submit(event));
    byId("follow").addEventListener("click", () => this.#follow());
    byId("menu").addEventListener("click", (event) => {
      const words = event.target.closest("button")?.dataset.say;
      if (words) {
        this.#send(words);
      }
    });
  }

  /** Another person's phone: forget this one's chat. */
  reset() {
    this.#messages = [];
    this.#outgoing = new Outgoing();
    this.#loaded = false;
    this.#input.value = "";
    this.#draw();
    this.#toEnd();
  }

  /** Ask what has been said and show what is new. Throws ControlError. */
  async refresh() {
    const { slug } = this.#people;
    const messages = await look("messages", { as: slug });
    if (slug !== this.#people.slug) {
      return;
    }
    this.#messages = messages;
    this.#outgoing.match(messages);
    this.#loaded = true;
    this.#draw();
    this.#unread.count(slug, messages.filter(({ from }) => from === "account").length);
  }

  /** Do something else than writing (`path` and `body` of its lever), and show what came of it. */
  async perform(path, body) {
    try {
      await act(path, { as: this.#people.slug, ...body });
      await this.refresh();
    } catch (error) {
      tell(error.message);
    }
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#input.value.trim();
    if (text) {
      this.#input.value = "";
      this.#send(text);
    }
  }

  /** Send a text; `menu` is the id of the line that was tapped, if it was. */
  async #send(text, menu) {
    const outgoing = this.#outgoing;
    const { slug } = this.#people;
    const message = outgoing.add(text, menu, this.#messages.at(-1)?.id ?? 0);
    this.#draw();
    this.#toEnd();
    try {
      await act("say", { as: slug, text, menu_id: menu });
      await this.refresh();
      outgoing.remove(message);
    } catch (error) {
      outgoing.fail(message, error.message);
      tell(error.message);
    }
    this.#draw();
  }

  #again(key) {
    const message = this.#outgoing.find(key);
    this.#outgoing.remove(message);
    this.#send(message.text, message.menu);
  }

  async #follow() {
    const button = byId("follow");
    button.disabled = true;
    button.replaceChildren(...bilingual("正在关注…", "Following…"));
    try {
      await act("event", { as: this.#people.slug, event: "subscribe" });
      await this.refresh();
      this.#input.focus();
    } catch (error) {
      tell(error.message);
    } finally {
      button.disabled = false;
      button.replaceChildren(...bilingual("关注公众号", "Follow"));
    }
  }

  #draw() {
    byId("welcome").hidden = !this.#loaded || isFollowed(this.#messages);
    const rows = chatRows(this.#messages, this.#outgoing.unstored, this.#people.person?.name ?? "");
    const hands = {
      open: this.#open, again: (key) => this.#again(key), tap: ({ id, content }) => this.#send(content, id),
    };
    showRows(this.#log, rows, (row) => drawRow(row, hands));
    this.#drawStatus();
  }

  #drawStatus() {
    const state = this.#outgoing.state;
    const line = byId("chat-status");
    if (line.dataset.state === state) {
      return;
    }
    line.dataset.state = state;
    line.hidden = state === "";
    line.replaceChildren(...STATUS_WORDS[state]());
  }
}
