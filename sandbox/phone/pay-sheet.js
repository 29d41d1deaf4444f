/** WeChat Pay's sheet: what is to be paid, confirm or cancel. */

import { bilingual, byId, element } from "./dom.js";
import { yuan } from "./words.js";

export class PaySheet {
  #sheet = byId("pay-sheet");
  #confirm = byId("pay-confirm");
  #cancel = byId("pay-cancel");
  #orders = [];
  #pay = null;
  #settle = null;
  #outcome = "cancel";

  constructor() {
    byId("pay-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#attempt();
    });
    this.#cancel.addEventListener("click", () => this.close());
  }

  get isOpen() {
    return this.#settle !== null;
  }

  /**
   * Ask for a confirmation, then pay.
   *
   * @param orders what there is to choose from; none when only the page knows the amount
   * @param pay(order) does it: {result: "ok" | "fail", message}
   * @returns "ok", "cancel" or "fail"
   */
  ask(orders, pay) {
    this.#orders = orders;
    this.#pay = pay;
    this.#outcome = "cancel";
    this.#draw();
    this.#sheet.hidden = false;
    this.#confirm.focus();
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Leave the sheet with what has come of it so far. */
  close() {
    const settle = this.#settle;
    this.#settle = null;
    this.#sheet.hidden = true;
    settle?.(this.#outcome);
  }

  #draw() {
    byId("pay-orders").replaceChildren(...this.#orders.map(orderRow));
    this.#say(...(this.#orders.length > 0 ? [] : bilingual("金额见页面", "The amount is on the page")));
    this.#confirm.hidden = false;
    this.#lock(false);
    this.#cancel.replaceChildren(...bilingual("取消", "Cancel"));
  }

  get #chosen() {
    return this.#orders[Number(this.#sheet.querySelector("input:checked")?.value)];
  }

  async #attempt() {
    const settle = this.#settle;
    this.#lock(true);
    this.#say(...bilingual("正在付款…", "Paying…"));
    const { result, message } = await this.#pay(this.#chosen).catch(asFailure);
    if (settle !== this.#settle) {
      return;
    }
    this.#outcome = result;
    if (result === "ok") {
      this.close();
    } else {
      this.#tellFailure(message);
    }
  }

  #tellFailure(message) {
    this.#say(...bilingual("没有付成：", "Not paid:"), ` ${message}`);
    this.#lock(false);
    this.#confirm.hidden = true;
    this.#cancel.replaceChildren(...bilingual("关闭", "Close"));
    this.#cancel.focus();
  }

  /** While the money is on its way there is nothing to press. */
  #lock(locked) {
    this.#confirm.disabled = locked;
    this.#cancel.disabled = locked;
  }

  #say(...words) {
    byId("pay-words").replaceChildren(...words);
  }
}

function asFailure(error) {
  return { result: "fail", message: error.message };
}

function orderRow({ total, description, out_trade_no: number }, index) {
  const choice = element("input", { type: "radio", name: "order", value: index });
  choice.checked = index === 0;
  return element("label", { class: "order" }, choice,
    element("strong", {}, yuan(total)),
    element("span", {}, description),
    element("span", { class: "facts" }, number));
}
