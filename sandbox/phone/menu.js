/** The account's menu at the foot of the chat: the one it has created, else the phone's own words. */

import { byId, element } from "./dom.js";

/** The event of a button that is tapped: WeChat writes the first two in capitals. */
const EVENTS = { click: "CLICK", view: "VIEW" };

export class Menu {
  #chat;
  #open;
  #place = byId("menu");
  #usual = [...this.#place.children];
  #shown = "";

  constructor(chat, open) {
    this.#chat = chat;
    this.#open = open;
  }

  /** Show these buttons, to followers only; without buttons the usual words, to everybody. */
  show(buttons, follows) {
    const created = buttons.length > 0;
    this.#place.hidden = created && !follows;
    const content = JSON.stringify(buttons);
    if (content === this.#shown) {
      return;
    }
    this.#shown = content;
    const drawn = buttons.map((button) =>
      (button.sub_button?.length > 0 ? this.#group(button) : this.#button(button)));
    this.#place.replaceChildren(...(created ? drawn : this.#usual));
    this.#place.style.setProperty("--buttons", this.#place.children.length);
  }

  #group({ name, sub_button: below }) {
    const group = element("details", { class: "group", name: "menu" },
      element("summary", {}, name),
      element("div", { class: "above" }, ...below.map((button) => this.#button(button))));
    group.addEventListener("click", (event) => {
      group.open = group.open && event.target.closest("button") === null;
    });
    return group;
  }

  #button({ type, name, key, url }) {
    const made = element("button", { type: "button", "data-type": type }, name);
    made.addEventListener("click", () => {
      if (type === "view") {
        this.#open(url);
      }
      this.#chat.perform("event", { event: EVENTS[type] ?? type, key: key ?? url });
    });
    return made;
  }
}
