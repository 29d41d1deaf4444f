/**
 * Tells the service that this page is seen and used: a beat a minute, while it is. What is read, and where, is told to nobody.
 *
 * Each beat brings the token for the next. A beat after the page was away, or lay unused, only asks for a new token: that time was
 * not spent reading. The service counts by its own clock.
 */

const IDLE_MS = 120_000; // a page that nobody touches for so long is not being read

const page = document.querySelector("main[data-token]");
const BEAT_MS = Number(page.dataset.seconds) * 1000 + 1000; // a little later than the service expects it at the earliest
let { token } = page.dataset;
let running = false;
let over = false;
let timer;
let touched = performance.now();

const inUse = () => document.visibilityState === "visible" && performance.now() - touched < IDLE_MS;

function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => (inUse() ? beat(true) : pause()), BEAT_MS);
}

function pause() {
  running = false;
  clearTimeout(timer);
}

async function beat(read) {
  try {
    const answer = await fetch("/school/beat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, read }),
    });
    over = [400, 401].includes(answer.status); // our token is none any more: this page tells nothing further
    if (answer.ok) {
      ({ token } = await answer.json());
    }
  } catch {
    // no network for a moment: what was in between is not counted
  }
  if (running && !over) {
    wait();
  }
}

function use() {
  touched = performance.now();
  if (!running && !over && inUse()) {
    running = true;
    beat(false);
  }
}

document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? use() : pause()));
for (const name of ["pointerdown", "touchmove", "keydown", "scroll"]) {
  addEventListener(name, use, { passive: true });
}
if (inUse()) {
  running = true;
  wait();
}
