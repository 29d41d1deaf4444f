/** From what the sandbox keeps of a chat to the rows that are shown. */

import { stamp } from "./words.js";

/** A time stamp stands between two messages further apart than this. */
const PAUSE_MS = 3 * 60 * 1000;
const ACCOUNT = "市";

/** Messages that are not words. */
const WORDLESS = {
  image: "[图片 image]", voice: "[语音 voice]", video: "[视频 video]", shortvideo: "[小视频 short video]",
  location: "[位置 location]", link: "[链接 link]", file: "[文件 file]", miniprogrampage: "[小程序 mini program]",
};

/** English for the grey lines of WeChat itself, by kind or event. */
const LINES = {
  error: "The account is out of order, try again later", transfer_customer_service: "Handed over to a person",
  subscribe: "Followed the account", unsubscribe: "Left the account", CLICK: "Tapped the menu",
  VIEW: "Opened a link of the menu", SCAN: "Scanned a code",
  subscribe_msg_popup_event: "Answered whether notices may come", subscribe_msg_change_event: "Cancelled a notice",
};
const FOLLOWING = ["subscribe", "unsubscribe"];

/** Rows, oldest first: `messages` as stored, then own ones not stored yet; `name` is the citizen's. */
export function chatRows(messages, unstored, name) {
  const own = name.slice(-1);
  const stored = messages.flatMap((message, index) => {
    const row = messageRow(message, message.from === "citizen" ? own : ACCOUNT);
    const time = { kind: "time", words: stamp(message.at) };
    return isAfterPause(messages[index - 1], message) ? [time, row] : [row];
  });
  return [...stored, ...unstored.map((message) => outgoingRow(message, own))];
}

/** What a row of these kinds shows. */
const SHOWN = {
  news: ({ articles }) => ({ articles }),
  template: ({ title, rows, url }) => ({ title, rows, url }),
  msgmenu: ({ head, list, tail }) => ({ head, list, tail }),
};

function messageRow(message, initial) {
  const { from, kind, text, event } = message;
  if (from === "system" || kind === "event") {
    return { kind: "line", from, text, english: LINES[event ?? kind] ?? "" };
  }
  const file = message.media_id ?? message.fields?.MediaId;
  if (kind === "image" && file) {
    return { kind, from, initial, source: `/media/${file}` };
  }
  if (kind in SHOWN) {
    return { kind, from, initial, ...SHOWN[kind](message) };
  }
  const words = [WORDLESS[kind], text || message.fields?.Recognition].filter(Boolean).join("\n");
  return { kind: "bubble", from, initial, text: words };
}

function outgoingRow({ key, text, reason }, initial) {
  const failed = reason ? { key, reason } : null;
  return { kind: "bubble", from: "citizen", initial, text, failed };
}

function isAfterPause(before, message) {
  return !before || Date.parse(message.at) - Date.parse(before.at) > PAUSE_MS;
}

/** Does the citizen follow the account? What they last did about it tells. */
export function isFollowed(messages) {
  return messages.findLast(({ event }) => FOLLOWING.includes(event))?.event === "subscribe";
}
