/**
 * Sends pictures for a draft, one after the other, and shows the page anew. What was refused is said; what went before it stays.
 */

const field = document.querySelector("#picture");
const show = (id, shown = true) => (document.getElementById(id).hidden = !shown);
const SAID = { 401: "again", 403: "again", 413: "too-large" };

async function send(file) {
  if (file.size > Number(field.dataset.bytes)) {
    return "too-large";
  }
  try {
    const answer = await fetch(field.dataset.to, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream", "X-Pass": field.dataset.pass },
      body: file,
    });
    if (answer.status === 422) {
      document.querySelector("#why").textContent = (await answer.json()).why;
      return "why";
    }
    return answer.ok ? "" : (SAID[answer.status] ?? "away");
  } catch {
    return "away"; // no network for a moment
  }
}

async function sendAll(files) {
  ["why", "too-large", "too-many", "away", "again"].forEach((id) => show(id, false));
  if (files.length > Number(field.dataset.more)) {
    return "too-many";
  }
  for (const file of files) {
    const trouble = await send(file);
    if (trouble) {
      return trouble;
    }
  }
  return "";
}

field?.addEventListener("change", async () => {
  const files = [...field.files];
  field.disabled = true;
  show("sending");
  const trouble = await sendAll(files);
  show("sending", false);
  if (!trouble) {
    location.replace(location.href);
    return;
  }
  field.disabled = false;
  field.value = "";
  show(trouble);
});
