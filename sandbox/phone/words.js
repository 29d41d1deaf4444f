/** Links, times and amounts as a phone writes them. */

import { element } from "./dom.js";

/** A web address in running text; Chinese text and punctuation may follow it without a space. */
const ADDRESS = /https?:\/\/[^\s<>"'\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+/g;
const TRAILING = /[.,;:!?)\]]+$/;

/** `text` as nodes, its http(s) addresses as links that call `open(url)`; the style keeps line breaks. */
export function linked(text, open) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, "");
    nodes.push(text.slice(from, match.index), link(address, [address], open));
    from = match.index + address.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

/** A link that opens inside the phone; what is no http(s) address is shown without a link. */
export function link(url, children, open, attributes = {}) {
  if (!isWeb(url)) {
    return element("span", attributes, ...children);
  }
  const made = element("a", { ...attributes, href: url }, ...children);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    open(url);
  });
  return made;
}

export function isWeb(url) {
  return URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
}

/** Everyone in the town lives by this clock, wherever the reader is. */
const ZONE = { timeZone: "Asia/Shanghai" };
const CLOCK = new Intl.DateTimeFormat("en-GB", { ...ZONE, hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("zh-CN", { ...ZONE, month: "long", day: "numeric" });
const WEEKDAY = new Intl.DateTimeFormat("zh-CN", { ...ZONE, weekday: "short" });
const ENGLISH_DAY = new Intl.DateTimeFormat("en-GB", {
  ...ZONE, weekday: "short", day: "numeric", month: "short", year: "numeric",
});

/** `10:04` */
export const timeOfDay = (instant) => CLOCK.format(instant);

/** `10:04` today, else `12月1日 10:04`. */
export function stamp(iso) {
  const instant = new Date(iso);
  const day = DAY.format(instant);
  const time = timeOfDay(instant);
  return day === DAY.format(new Date()) ? time : `${day} ${time}`;
}

/** `12月1日 周二 10:00` */
export function chineseDate(instant) {
  return `${DAY.format(instant)} ${WEEKDAY.format(instant)} ${timeOfDay(instant)}`;
}

/** `Tue, 1 Dec 2026` */
export const englishDate = (instant) => ENGLISH_DAY.format(instant);

/** `¥200.00` of 20000 fen. */
export const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;
