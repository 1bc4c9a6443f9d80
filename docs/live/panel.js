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
 * @property {(neuron: number) => void} select a hidden neuron
 * @property {() => void} keepNeuron shows the number of the selected neuron again
 */

/**
 * Connect the controls.
 * @param {HTMLElement} root
 * @param {Orders} orders
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
  connectSteps(root, orders.light);
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
 * The mouse or the focus on a step lights its part; a click keeps it lit until the next one.
 * @param {HTMLElement} root
 * @param {(part: string) => void} light
 */
function connectSteps(root, light) {
  const steps = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".live-explained > li")]);
  let kept = "";
  const show = (/** @type {string} */ part) => {
    for (const step of steps) step.classList.toggle("live-lit", step.dataset.part === part);
    light(part);
  };
  for (const step of steps) {
    const part = step.dataset.part ?? "";
    const button = step.querySelector("button");
    step.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(part));
    step.addEventListener("pointerleave", () => show(kept));
    button?.addEventListener("focus", () => show(part));
    button?.addEventListener("blur", () => show(kept));
    step.addEventListener("click", () => {
      kept = kept === part ? "" : part;
      for (const other of steps) {
        const isKept = other.dataset.part === kept;
        other.querySelector("button")?.setAttribute("aria-pressed", String(isKept));
      }
      show(kept);
    });
  }
}
