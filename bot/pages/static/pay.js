/**
 * The page of an order: opens WeChat's payment sheet where there is one, and waits for the money.
 *
 * What the sheet answers is never proof. The case's state is: it is asked for every two seconds until the order has run out.
 */

const POLL_MS = 2000;
const LATE_NEWS_MS = 60_000; // what was paid in the last second is told a little later

const page = document.querySelector("main[data-status]");
const button = document.querySelector("#pay");
const { status, done, seconds, call } = page.dataset;
const endsAt = performance.now() + Number(seconds) * 1000 + LATE_NEWS_MS;

/** Show one of the page's sentences, and no other. */
function say(name) {
  for (const line of page.querySelectorAll("[data-say]")) {
    line.hidden = line.dataset.say !== name;
  }
}

async function isOver() {
  try {
    const answer = await fetch(status);
    return answer.ok && ["paid", "closed"].includes((await answer.json()).state);
  } catch {
    return false; // no network for a moment: the next round asks again
  }
}

async function wait() {
  if (await isOver()) {
    location.replace(done);
  } else if (performance.now() > endsAt) {
    say("over");
  } else {
    setTimeout(wait, POLL_MS);
  }
}

/** WeChat answers `get_brand_wcpay_request:ok`, `:cancel` or `:fail`. */
function openSheet() {
  if (typeof WeixinJSBridge === "undefined") {
    say("outside");
    return;
  }
  button.disabled = true;
  WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(call), ({ err_msg: message }) => {
    const answer = message.split(":")[1];
    button.disabled = answer === "ok";
    say({ ok: "confirming", cancel: "cancelled" }[answer] ?? "failed");
  });
}

/** Once for this visit: a reload must not open the sheet again. */
function openSheetByItself() {
  if (!history.state?.opened) {
    history.replaceState({ opened: true }, "");
    openSheet();
  }
}

if (button) {
  button.addEventListener("click", openSheet);
  if (typeof WeixinJSBridge === "undefined") {
    document.addEventListener("WeixinJSBridgeReady", openSheetByItself, { once: true });
  } else {
    openSheetByItself();
  }
} else {
  setTimeout(() => say("waiting"), POLL_MS);
}
wait();
