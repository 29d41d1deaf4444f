/** Whose phone this is: the town's people, the one chosen, remembered for the next visit. */

import { look } from "./control.js";
import { byId, element } from "./dom.js";

const KEY = "sandbox_phone";

export class People {
  #select = byId("who");
  #people = [];

  /** @param {() => void} changed called after another person was chosen */
  constructor(changed) {
    this.#select.addEventListener("change", () => {
      this.remember();
      changed();
    });
  }

  /** The chosen person's short name, e.g. `li-ming`; empty until the people are loaded. */
  get slug() {
    return this.#select.value;
  }

  /** The chosen person: {slug, name, resident_id, phone, openid}. */
  get person() {
    return this.#people.find((person) => person.slug === this.slug);
  }

  /** Ask who lives in the town and take the one chosen last time, else the first. Throws ControlError. */
  async load() {
    this.#people = await look("people");
    const options = this.#people.map(({ slug, name }) =>
      element("option", { value: slug }, `${name} ${inLatin(slug)}`));
    this.#select.replaceChildren(...options);
    const before = localStorage.getItem(KEY);
    if (this.#people.some(({ slug }) => slug === before)) {
      this.#select.value = before;
    }
    this.remember();
  }

  /**
   * Keep the choice, and tell it to the login page of the sandbox's WeChat.
   * Said again before a page opens, as another tab may be another person's phone.
   */
  remember() {
    localStorage.setItem(KEY, this.slug);
    document.cookie = `${KEY}=${this.slug}; path=/; SameSite=Lax`;
  }
}

/** `li-ming` as `Li Ming`. */
function inLatin(slug) {
  return slug.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join(" ");
}
