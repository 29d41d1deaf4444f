/** The one line beside the phone that says what came of an act, or what went wrong. */

import { byId } from "./dom.js";

/** Show words (strings or elements) until the next ones; none clears the line. */
export function tell(...words) {
  byId("notice").replaceChildren(...words);
}
