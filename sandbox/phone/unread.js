/** The unread count of an app, kept for each person over visits. */

const NARROW = matchMedia("(max-width: 819px)");

export class Unread {
  #app;
  #isRead;

  /**
   * @param {string} app "chat" or "sms"
   * @param {(pane: Element) => boolean} isRead on a wide screen: is the reader looking at it?
   */
  constructor(app, isRead) {
    this.#app = app;
    this.#isRead = isRead;
  }

  /**
   * `total` messages have come to this person: read while the reader looks on, else badges count them.
   * A town that was started afresh has fewer than were read before.
   */
  count(slug, total) {
    const key = `shimin_read_${this.#app}_${slug}`;
    const read = this.#isLookedAt() ? total : Math.min(total, Number(localStorage.getItem(key)));
    localStorage.setItem(key, read);
    for (const badge of document.querySelectorAll(`[data-badge="${this.#app}"]`)) {
      show(badge, total - read);
    }
  }

  /** On a narrow screen what is in front is read; on a wide one both are in front. */
  #isLookedAt() {
    const pane = document.querySelector(`.app[data-app="${this.#app}"]`);
    return !document.hidden && (NARROW.matches ? pane.checkVisibility() : this.#isRead(pane));
  }
}

function show(badge, unread) {
  badge.hidden = unread === 0;
  badge.textContent = unread > 99 ? "99+" : String(unread);
  badge.setAttribute("aria-label", `${unread} 条未读 unread`);
}
