/** How one row of the chat looks. Rows are made by chat-rows.js. */

import { bilingual, element } from "./dom.js";
import { isWeb, link, linked } from "./words.js";

/**
 * Draw a row. Its hands: `open(url)` opens a page in the chat, `again(key)` sends a failed message once more,
 * `tap({id, content})` answers with a line of a message.
 */
export function drawRow(row, { open, again, tap }) {
  switch (row.kind) {
    case "time":
      return element("li", { class: "line time" }, row.words);
    case "line":
      return element("li", { class: "line", "data-from": row.from }, ...bilingual(row.text, row.english));
    case "news":
      return said(row, row.articles.map((article) => card(article, open)));
    case "template":
      return said(row, [notice(row, open)]);
    case "msgmenu":
      return said(row, [choices(row, open, tap)]);
    case "image":
      return said(row, [element("img", { class: "picture", src: row.source, alt: "图片 picture" })]);
    default:
      return said(row, bubble(row, open, again));
  }
}

function said(row, content) {
  const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, row.initial);
  return element("li", { class: "said", "data-from": row.from },
    avatar, element("div", { class: "content" }, ...content));
}

function bubble(row, open, again) {
  const made = element("div", { class: "bubble", "data-from": row.from }, ...linked(row.text, open));
  return row.failed ? [made, failure(row.failed, again)] : [made];
}

function failure({ key, reason }, again) {
  const button = element("button", { type: "button", class: "again" }, ...bilingual("重发", "Send again"));
  button.addEventListener("click", () => again(key));
  return element("div", { class: "failure" }, `未发出 Not sent: ${reason} `, button);
}

function card({ title, description, url, picurl }, open) {
  const parts = [element("strong", {}, title ?? "")];
  if (picurl && isWeb(picurl)) {
    parts.unshift(element("img", { src: picurl, alt: "" }));
  }
  if (description) {
    parts.push(element("span", { class: "description" }, description));
  }
  return link(url, parts, open, { class: "card" });
}

/** A template message or a subscription notice: its title, its fields, and where it leads. */
function notice({ title, rows, url }, open) {
  const fields = rows.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]);
  const parts = [element("strong", {}, title), element("dl", {}, ...fields)];
  if (isWeb(url)) {
    parts.push(element("span", { class: "more" }, ...bilingual("详情", "Details")));
  }
  return link(url, parts, open, { class: "card" });
}

/** A message with lines to tap. */
function choices({ from, head, list, tail }, open, tap) {
  const lines = list.map((item) => {
    const line = element("button", { type: "button", class: "choice", "data-id": item.id }, item.content);
    line.addEventListener("click", () => tap(item));
    return line;
  });
  return element("div", { class: "bubble", "data-from": from },
    ...linked(head, open), ...lines, ...linked(tail, open));
}
