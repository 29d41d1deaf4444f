/** The ＋ beside the line: sending a picture, or a voice as WeChat would have understood it. */

import { byId } from "./dom.js";
import { tell } from "./notice.js";

/** An AMR file without a sound: the words are what counts here. */
const SILENCE = btoa("#!AMR\n");

export function setUpRecorder(chat) {
  const picture = byId("picture");
  picture.addEventListener("change", async () => {
    const [file] = picture.files;
    picture.value = "";
    if (file) {
      await send(chat, { type: "image", content: await base64(file) });
    }
  });
  byId("voice-send").addEventListener("click", () => {
    const words = byId("voice-words");
    const fields = words.value ? { Recognition: words.value } : {};
    words.value = "";
    return send(chat, { type: "voice", content: SILENCE, fields });
  });
}

async function send(chat, message) {
  byId("more").open = false;
  tell();
  await chat.perform("message", message);
}

/** The file's bytes in base64. */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.split(",")[1]));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
