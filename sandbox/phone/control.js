/** Speaks to the sandbox's /control routes: JSON both ways. */

/** What went wrong, in a sentence that can be shown. */
class ControlError extends Error {}

/** The seconds a look may take, and an act: moving the town by a week runs a week's jobs. */
const LOOK_SECONDS = 15;
const ACT_SECONDS = 180;

/** GET /control/<path>?<query>. Throws ControlError. */
export function look(path, query = {}) {
  const search = new URLSearchParams(query);
  return call(`${path}?${search}`, { signal: AbortSignal.timeout(LOOK_SECONDS * 1000) });
}

/** POST /control/<path> with a JSON body. Throws ControlError. */
export function act(path, body) {
  return call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ACT_SECONDS * 1000),
  });
}

async function call(path, options) {
  const response = await reach(path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new ControlError(answer.error ?? answer.message ?? `HTTP ${response.status}`);
  }
  return answer;
}

async function reach(path, options) {
  try {
    return await fetch(`/control/${path}`, options);
  } catch {
    throw new ControlError("沙箱没有应答 · the sandbox does not answer");
  }
}
