/** Outside the phone: the town's clock and its street camera. */

import { act, look } from "./control.js";
import { bilingual, byId } from "./dom.js";
import { tell } from "./notice.js";
import { chineseDate, englishDate, timeOfDay } from "./words.js";

export class Clock {
  #buttons = [byId("next-day"), byId("next-week")];
  #moving = false;

  /** @param {() => Promise<void>} moved called after days have passed */
  constructor(moved) {
    for (const button of this.#buttons) {
      button.addEventListener("click", () => this.#move(button, moved));
    }
  }

  /** Ask what time it is in the town. Throws ControlError. */
  async refresh() {
    const { now } = await look("clock");
    if (!this.#moving) {
      showTime(now);
    }
  }

  async #move(pressed, moved) {
    const days = Number(pressed.dataset.days);
    const words = [...pressed.childNodes];
    this.#lock(true);
    pressed.replaceChildren(...bilingual(`过 ${days} 天…`, "Moving…"));
    try {
      const { now } = await act("clock", { days });
      showTime(now);
      tell(...bilingual(`过了 ${days} 天。`, days === 1 ? "A day has passed." : `${days} days have passed.`));
      await moved();
    } catch (error) {
      tell(error.message);
    } finally {
      pressed.replaceChildren(...words);
      this.#lock(false);
    }
  }

  #lock(moving) {
    this.#moving = moving;
    byId("clock").setAttribute("aria-busy", moving);
    for (const button of this.#buttons) {
      button.disabled = moving;
    }
  }
}

function showTime(iso) {
  const clock = byId("clock");
  if (clock.dataset.now === iso) {
    return;
  }
  const now = new Date(iso);
  clock.dataset.now = iso;
  clock.dateTime = iso;
  byId("clock-zh").textContent = chineseDate(now);
  byId("clock-en").textContent = englishDate(now);
  byId("status-time").textContent = timeOfDay(now);
}

/** The camera's button: a violation of the chosen person's car, as the police would report it. */
export function setUpCamera(people, recorded) {
  const button = byId("camera");
  button.addEventListener("click", async () => {
    const { name, slug } = people.person;
    button.disabled = true;
    try {
      await act("camera", { as: slug });
      tell(...bilingual(`拍到了${name}的车，交警已收到。`, "Recorded; the traffic police have it."));
      await recorded();
    } catch (error) {
      tell(error.message);
    } finally {
      button.disabled = false;
    }
  });
}
