/** One phone of the town, put together: the person, the apps, what lies outside, and the asking for news. */

import { Account } from "./account.js";
import { Browser } from "./browser.js";
import { Chat } from "./chat.js";
import { bilingual, byId, element } from "./dom.js";
import { tell } from "./notice.js";
import { People } from "./people.js";
import { Polling } from "./polling.js";
import { setUpRecorder } from "./recorder.js";
import { Sms } from "./sms.js";
import { Clock, setUpCamera } from "./town.js";
import { Unread } from "./unread.js";
import { Wallet } from "./wallet.js";

const RETRY_MS = 2000;

const people = new People(showPhone);
const browser = new Browser(people);
const chat = new Chat(people, (url) => browser.open("chat", url), new Unread("chat", () => true));
const sms = new Sms(people, (url) => browser.open("sms", url), new Unread("sms", isTouched));
const account = new Account(people, chat, (url) => browser.open("chat", url));
const wallet = new Wallet(people);
const clock = new Clock(refreshPhone);

/** Both apps are in sight on a wide screen: a text counts as read once the reader goes to it. */
function isTouched(pane) {
  return pane.matches(":hover, :focus-within");
}

/** Name, phone and resident ID: what its owner knows by heart and must type to bind. */
function showOwner({ name, phone, resident_id: id }) {
  const label = element("span", { class: "label" }, ...bilingual("身份证", "ID"));
  byId("owner").replaceChildren(`${name} ${phone} `, element("span", { id: "id-card" }, label, ` ${id}`));
}

function showPhone() {
  tell();
  showOwner(people.person);
  browser.close();
  chat.reset();
  sms.reset();
  refreshPhone().catch((error) => tell(error.message));
}

async function refreshPhone() {
  await Promise.all([chat.refresh(), sms.refresh(), wallet.refresh(), account.refresh()]);
}

function showApp(app) {
  document.body.dataset.app = app;
  for (const tab of document.querySelectorAll(".tab")) {
    tab.setAttribute("aria-pressed", tab.dataset.app === app);
  }
}

/** The sandbox may still be starting: ask until it says who lives here. */
async function start() {
  try {
    await people.load();
  } catch (error) {
    tell(error.message);
    setTimeout(start, RETRY_MS);
    return;
  }
  showPhone();
  new Polling([chat, sms, wallet, account, clock]).start();
}

for (const tab of document.querySelectorAll(".tab")) {
  tab.addEventListener("click", () => showApp(tab.dataset.app));
}
/** What was unfolded in the chat folds when the reader goes on elsewhere. */
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".round[open], .group[open]")) {
    open.open = event.composedPath().includes(open);
  }
});
setUpCamera(people, refreshPhone);
setUpRecorder(chat);
start();
