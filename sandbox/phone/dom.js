/** Small tools for building what is shown. Text always goes in as text nodes, never as markup. */

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children (strings become text nodes). */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Chinese first, English beside it in smaller type. */
export function bilingual(chinese, english) {
  return [`${chinese} `, element("span", { lang: "en" }, english)];
}

/** What each drawn element shows, so that only what changed is drawn again. */
const shown = new WeakMap();

/** Make `list` show `rows` (plain values, oldest first), drawing with `draw(row)` only those that differ. */
export function showRows(list, rows, draw) {
  rows.forEach((row, index) => {
    const content = JSON.stringify(row);
    const old = list.children[index];
    if (old && shown.get(old) === content) {
      return;
    }
    const fresh = draw(row);
    shown.set(fresh, content);
    if (old) {
      old.replaceWith(fresh);
    } else {
      list.append(fresh);
    }
  });
  while (list.children.length > rows.length) {
    list.lastElementChild.remove();
  }
}

/** A reader this many pixels or less above the end is taken to be at the end. */
const NEAR_END = 80;

/**
 * Keep the newest in sight, whatever grows or shrinks, unless the reader has scrolled up.
 *
 * @returns a function that goes to the end, wherever the reader is
 */
export function stickToEnd(scroller) {
  const size = () => `${scroller.scrollHeight} ${scroller.clientHeight}`;
  let known = size();
  let atEnd = true;

  const go = () => {
    atEnd = true;
    scroller.scrollTop = scroller.scrollHeight;
  };
  const sizes = new ResizeObserver(() => {
    known = size();
    if (atEnd) {
      go();
    }
  });
  scroller.addEventListener("scroll", () => {
    if (size() === known) { // otherwise the browser scrolled because the size changed, not the reader
      atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR_END;
    }
  });
  [scroller, ...scroller.children].forEach((part) => sizes.observe(part));
  return go;
}
