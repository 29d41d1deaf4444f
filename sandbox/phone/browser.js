/** The page over an app: WeChat's browser for links of the chat, the phone's own for links of a text. */

import { act, look } from "./control.js";
import { bilingual, byId, element } from "./dom.js";
import { PaySheet } from "./pay-sheet.js";

/** The frame's name tells the page where it is: jweixin.js makes its bridge in "wechat" only. */
const FRAME_NAMES = { chat: "wechat", sms: "browser" };
/** How often a page from a text is looked after: is there a code to scan by now? */
const LOOK_MS = 1000;

export class Browser {
  #people;
  #sheet = new PaySheet();
  #overlay = byId("browser");
  #frame = null;
  #opener = null;

  constructor(people) {
    this.#people = people;
    byId("browser-close").addEventListener("click", () => this.close());
    byId("scan-pay").addEventListener("click", () => this.#scan());
    window.addEventListener("message", (event) => this.#hear(event));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.#leave();
      }
    });
  }

  /** Open `url` over `app`, "chat" or "sms". */
  open(app, url) {
    this.close();
    this.#people.remember();
    this.#opener = document.activeElement;
    this.#overlay.dataset.app = app;
    this.#overlay.querySelector(".foot").hidden = true;
    this.#overlay.hidden = false;
    this.#cover(app, true);
    this.#load(app, url);
    if (app === "sms") {
      this.#offerScanning(this.#frame);
    }
    byId("browser-close").focus();
  }

  /** Close the page; an open payment sheet is cancelled. */
  close() {
    if (this.#overlay.hidden) {
      return;
    }
    this.#sheet.close();
    this.#frame.remove();
    this.#frame = null;
    this.#overlay.hidden = true;
    this.#cover(this.#overlay.dataset.app, false);
    this.#opener.focus();
  }

  #leave() {
    if (this.#sheet.isOpen) {
      byId("pay-cancel").click();
    } else {
      this.close();
    }
  }

  /** What lies beneath takes no keys meanwhile. */
  #cover(app, covered) {
    document.querySelector(`.app[data-app="${app}"]`).inert = covered;
  }

  /** Under the payment sheet nothing else of the page can be pressed. */
  #dim(dimmed) {
    for (const part of this.#overlay.querySelectorAll(".bar, #browser-stage, .foot")) {
      part.inert = dimmed;
    }
  }

  /** A new frame each time: it is named before its page starts, and pages share no history. */
  #load(app, url) {
    const { host } = new URL(url);
    byId("browser-host").textContent = host;
    this.#say(...bilingual(`正在打开 ${host}…`, "Opening the page…"));
    this.#frame = element("iframe", {
      id: "browser-frame", name: FRAME_NAMES[app], title: `网页 Page: ${host}`, src: url,
    });
    this.#frame.addEventListener("load", () => this.#say(), { once: true });
    byId("browser-stage").append(this.#frame);
  }

  /** As long as this page is open: the button to scan is there while there is a code that can be paid. */
  async #offerScanning(frame) {
    while (frame === this.#frame) {
      const codes = await openCodes().catch(() => []);
      if (frame === this.#frame) { // not closed meanwhile
        this.#overlay.querySelector(".foot").hidden = codes.length === 0;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  #say(...words) {
    const line = byId("browser-words");
    line.hidden = words.length === 0;
    line.replaceChildren(...words);
  }

  /** A message of our own frame, and of nobody else. */
  #hear(event) {
    if (this.#frame === null || event.source !== this.#frame.contentWindow) {
      return;
    }
    const inChat = this.#overlay.dataset.app === "chat";
    if (event.data?.shimin === "who" && event.origin === location.origin) {
      this.#answer(event, { shimin: "phone", slug: this.#people.slug });
    } else if (event.data?.shimin === "pay" && inChat) {
      this.#payFromPage(event);
    } else if (event.data?.shimin === "close" && inChat) {
      this.close();
    }
  }

  #answer(event, words) {
    event.source?.postMessage(words, event.origin);
  }

  async #payFromPage(event) {
    const { id, params } = event.data;
    const outcome = await this.#ask([], () => act("pay", { ...params, as: this.#people.slug }));
    this.#answer(event, { shimin: "paid", id, err_msg: `get_brand_wcpay_request:${outcome}` });
  }

  /** Scan the page's code with WeChat. No camera sees it here, so open orders are offered to choose from. */
  async #scan() {
    try {
      await this.#offer(await openCodes());
    } catch (error) {
      this.#say(error.message);
    }
  }

  async #offer(orders) {
    if (orders.length === 0) {
      this.#say(...bilingual("这一页没有可扫的付款码。", "There is no payment code to scan yet."));
      return;
    }
    const outcome = await this.#ask(orders, ({ code_url: code }) =>
      act("pay", { as: this.#people.slug, code_url: code }));
    this.#say(...(outcome === "ok" ? bilingual("已付款，请看网页。", "Paid. See the page.") : []));
  }

  /** Show the sheet over everything else of the page; a page that asks twice is told no. */
  async #ask(orders, pay) {
    if (this.#sheet.isOpen) {
      return "fail";
    }
    this.#dim(true);
    const outcome = await this.#sheet.ask(orders, pay);
    this.#dim(false);
    return outcome;
  }
}

/** Orders that can be paid by scanning their code, the newest first. Throws ControlError. */
async function openCodes() {
  const orders = await look("orders");
  return orders.filter(({ state, code_url: code }) => state === "NOTPAY" && code).reverse();
}
