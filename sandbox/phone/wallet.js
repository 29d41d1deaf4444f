/** The wallet's state, in the phone's status line. */

import { look } from "./control.js";
import { bilingual, byId, element } from "./dom.js";

export class Wallet {
  #people;
  #shown = "";

  constructor(people) {
    this.#people = people;
  }

  /** Ask whether the wallet is locked and by whom. Throws ControlError. */
  async refresh() {
    const { slug } = this.#people;
    const wallet = await look("wallet", { as: slug });
    const content = JSON.stringify(wallet);
    if (slug !== this.#people.slug || content === this.#shown) {
      return;
    }
    this.#shown = content;
    this.#draw(wallet);
  }

  #draw({ locked, locks }) {
    byId("wallet").dataset.locked = locked;
    const words = locked ? bilingual("钱包已锁", "Wallet locked") : bilingual("钱包正常", "Wallet fine");
    byId("wallet-words").replaceChildren(...words);
    const items = locks.map((lock) => element("p", {}, ...lockWords(lock)));
    const none = element("p", {}, ...bilingual("没有限制，可以正常使用。", "No lock: it works as usual."));
    byId("wallet-locks").replaceChildren(...(items.length > 0 ? items : [none]));
  }
}

function lockWords({ state, since, authority, legal_basis: basis, reference }) {
  const [chinese, english] = state === "locked" ? ["已锁", "Locked"] : ["已解除", "Released"];
  const facts = [authority, basis, reference].filter(Boolean).join(" · ");
  return [...bilingual(`${since} 起 · ${chinese}`, `${english}, in force from ${since}`),
    element("span", { class: "facts" }, facts)];
}
