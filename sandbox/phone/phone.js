/** One phone of the town, put together: the person, the apps, what lies outside, and the asking for news. */

import { Browser } from "./browser.js";
import { Chat } from "./chat.js";
import { byId } from "./dom.js";
import { tell } from "./notice.js";
import { People } from "./people.js";
import { Polling } from "./polling.js";
import { Sms } from "./sms.js";
import { Clock, setUpCamera } from "./town.js";
import { Unread } from "./unread.js";
import { Wallet } from "./wallet.js";

const RETRY_MS = 2000;

const people = new People(showPhone);
const browser = new Browser(people);
const chat = new Chat(people, (url) => browser.open("chat", url), new Unread("chat", () => true));
const sms = new Sms(people, (url) => browser.open("sms", url), new Unread("sms", isTouched));
const wallet = new Wallet(people);
const clock = new Clock(refreshPhone);

/** Both apps are in sight on a wide screen: a text counts as read once the reader goes to it. */
function isTouched(pane) {
  return pane.matches(":hover, :focus-within");
}

function showPhone() {
  const { name, phone } = people.person;
  byId("owner").textContent = `${name} ${phone}`;
  browser.close();
  chat.reset();
  sms.reset();
  refreshPhone().catch((error) => tell(error.message));
}

async function refreshPhone() {
  await Promise.all([chat.refresh(), sms.refresh(), wallet.refresh()]);
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
  tell();
  showPhone();
  new Polling([chat, sms, wallet, clock]).start();
}

for (const tab of document.querySelectorAll(".tab")) {
  tab.addEventListener("click", () => showApp(tab.dataset.app));
}
setUpCamera(people, refreshPhone);
start();
