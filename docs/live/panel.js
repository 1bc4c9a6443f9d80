// The controls: buttons, sliders, and the five steps that light up their parts of the picture.

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32]; // steps per second

/**
 * What the controls ask for.
 * @typedef {object} Orders
 * @property {() => void} play plays or pauses
 * @property {() => void} step
 * @property {(speed: number) => void} setSpeed in steps per second
 * @property {(threshold: number) => void} setThreshold in mV
 * @property {(steps: number) => void} setNumSteps
 * @property {() => void} resetNow
 * @property {() => void} resetAll
 * @property {(part: string) => void} light a part of the picture, or "" for none
 * @property {(part: string) => void} bringUp scrolls until nothing lies over a part of the picture
 * @property {(neuron: number) => void} select a hidden neuron
 * @property {() => void} keepNeuron shows the number of the selected neuron again
 */

/**
 * Connect the controls.
 * @param {HTMLElement} root
 * @param {Orders} orders
 * @returns {() => void} puts out the light, for what is done next
 */
export function connect(root, orders) {
  onClick(root, ".live-play", orders.play);
  onClick(root, ".live-step", orders.step);
  onClick(root, ".live-reset-now", orders.resetNow);
  onClick(root, ".live-reset-all", orders.resetAll);
  onSlider(root, "speed", (value) => {
    const speed = SPEEDS[value];
    orders.setSpeed(speed);
    return speed === 1 ? "1 step per second" : `${speed} steps per second`;
  });
  onSlider(root, "threshold", (value) => {
    orders.setThreshold(value);
    return `${value} mV`;
  });
  onSlider(root, "num-steps", (value) => {
    orders.setNumSteps(value);
    return `${value} step${value === 1 ? "" : "s"} (${value} ms)`;
  });
  const number = /** @type {HTMLInputElement} */ (root.querySelector(".live-neuron-number"));
  number.addEventListener("input", () => {
    if (number.checkValidity() && number.value) orders.select(number.valueAsNumber);
  });
  number.addEventListener("change", orders.keepNeuron);
  return connectSteps(root, orders);
}

/**
 * @param {HTMLElement} root
 * @param {string} selector
 * @param {() => void} follow
 */
function onClick(root, selector, follow) {
  root.querySelector(selector)?.addEventListener("click", follow);
}

/**
 * Follow a slider, and say its value in words wherever the page does.
 * @param {HTMLElement} root
 * @param {string} name
 * @param {(value: number) => string} follow
 */
function onSlider(root, name, follow) {
  const slider = /** @type {HTMLInputElement} */ (root.querySelector(`.live-${name}`));
  const turn = () => {
    const words = follow(slider.valueAsNumber);
    slider.setAttribute("aria-valuetext", words);
    for (const place of root.querySelectorAll(`.live-${name}-value`)) place.textContent = words;
  };
  slider.addEventListener("input", turn);
  turn();
}

/**
 * The five steps, and their numbers in the picture. The mouse or the focus on one lights its part; a
 * click keeps it lit until the next one, Escape, or whatever is done next. A number in the picture also
 * opens a sheet with the text of its step, which may be off the screen.
 * @param {HTMLElement} root
 * @param {Orders} orders
 * @returns {() => void}
 */
function connectSteps(root, { light, bringUp }) {
  const parts = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-part]")]);
  const sheet = /** @type {HTMLElement} */ (root.querySelector(".live-sheet"));
  let kept = "";
  const show = (/** @type {string} */ part) => {
    for (const one of parts) one.classList.toggle("live-lit", one.dataset.part === part);
    light(part);
  };
  const keep = (/** @type {string} */ part, isNumber = false) => {
    kept = part;
    for (const one of parts) buttonOf(one)?.setAttribute("aria-pressed", String(one.dataset.part === part));
    const card = isNumber && root.querySelector(`li[data-part="${part}"]`);
    sheet.replaceChildren(...(card ? sheetOf(card, release) : []));
    show(part);
    if (card) bringUp(part);
  };
  const release = () => {
    if (kept || root.dataset.lit) keep("");
  };
  document.addEventListener("keydown", (event) => event.key === "Escape" && release());
  for (const one of parts) {
    const part = one.dataset.part ?? "";
    one.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(part));
    one.addEventListener("pointerleave", () => show(kept));
    const button = buttonOf(one);
    button?.addEventListener("focus", () => show(part));
    button?.addEventListener("blur", () => show(kept));
    button?.addEventListener("click", () => keep(kept === part ? "" : part, one === button));
  }
  return release;
}

/**
 * @param {HTMLElement} part a step, or its number in the picture
 * @returns {HTMLElement | null}
 */
function buttonOf(part) {
  return part.matches("button") ? part : part.querySelector("button");
}

/**
 * Repeat the text of a step.
 * @param {Element} card
 * @param {() => void} close
 * @returns {Element[]}
 */
function sheetOf(card, close) {
  const [title, button] = [document.createElement("strong"), document.createElement("button")];
  title.textContent = card.querySelector("button")?.textContent ?? "";
  button.type = "button";
  button.className = "live-close";
  button.textContent = "×";
  button.setAttribute("aria-label", "Close");
  button.addEventListener("click", close);
  const text = /** @type {Element} */ (card.querySelector("p")).cloneNode(true);
  return [title, button, /** @type {Element} */ (text)];
}
