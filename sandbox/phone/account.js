/** The account's card behind the chat's ⋯: switching its messages off, leaving it, and what one agrees to be told. */

import { look } from "./control.js";
import { bilingual, byId, element } from "./dom.js";
import { Menu } from "./menu.js";

export class Account {
  #people;
  #chat;
  #menu;
  #shown = "";

  constructor(people, chat, open) {
    this.#people = people;
    this.#chat = chat;
    this.#menu = new Menu(chat, open);
  }

  /** Ask how this person and the account stand and show what is new. Throws ControlError. */
  async refresh() {
    const { slug } = this.#people;
    const account = await look("account", { as: slug });
    const content = JSON.stringify([slug, account]);
    if (slug !== this.#people.slug || content === this.#shown) {
      return;
    }
    this.#shown = content;
    this.#menu.show(account.menu, account.follows);
    byId("account").hidden = !account.follows && account.templates.length === 0;
    const templates = account.templates.map((template) => this.#template(template));
    byId("account-card").replaceChildren(...(account.follows ? this.#bond(account) : []), ...templates);
  }

  #bond({ muted }) {
    const words = muted ? bilingual("重新接收消息", "Switch messages on") : bilingual("不接收消息", "Switch messages off");
    return [
      this.#button("mute-switch", words, "mute", { muted: !muted }),
      this.#button("leave", bilingual("不再关注", "Stop following"), "event", { event: "unsubscribe" }),
    ];
  }

  /** One template: how many notices may still come, and the three answers. */
  #template({ id, title, consents }) {
    const left = element("p", {}, ...bilingual(`${title}：还可收 ${consents} 次`, `${consents} more may come`));
    const choices = [
      ["accept", bilingual("接收一次", "Allow one")],
      ["reject", bilingual("拒绝", "Refuse")],
      ["cancel", bilingual("取消", "Cancel all")],
    ];
    const buttons = choices.map(([choice, words]) =>
      this.#button(choice, words, "consent", { template_id: id, choice }));
    return element("div", { class: "template", "data-template": id }, left,
      element("div", { class: "choices" }, ...buttons));
  }

  #button(name, words, path, body) {
    const made = element("button", { type: "button", "data-act": name }, ...words);
    made.addEventListener("click", async () => {
      made.disabled = true;
      await this.#chat.perform(path, body);
      await this.refresh().catch(() => {}); // the next look tells what is wrong
      made.disabled = false;
    });
    return made;
  }
}
