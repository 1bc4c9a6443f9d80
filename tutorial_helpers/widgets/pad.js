// The front end of pad.py: it draws strokes, the image, spikes and bars, and sends strokes to Python.

const SIDE = 280; // pixels of the pad, as in pad.py
const PIXELS = 28; // of an image
const MILLISECONDS = 1200; // for which the bars grow
const SVG = "http://www.w3.org/2000/svg";

// The raster: a row for each output neuron, with its spikes over time, then a bar of their number.
const ROW = 18;
const TOP = 20;
const [TIME_LEFT, TIME_RIGHT] = [20, 230];
const [BAR_LEFT, BAR_RIGHT] = [244, 310];
const HEIGHT = TOP + 10 * ROW + 22;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Draw an image, given in hexadecimal digits, in the colour of the text around it. */
function imageOf(hex, attributes) {
  const paths = new Map(); // pixels of one grey level are one path
  for (let n = 0; n < PIXELS * PIXELS; n++) {
    const level = parseInt(hex.slice(2 * n, 2 * n + 2), 16);
    if (!level) continue;
    const square = `M${n % PIXELS} ${Math.floor(n / PIXELS)}h1v1h-1z`;
    paths.set(level, (paths.get(level) ?? "") + square);
  }
  const squares = [...paths].map(([level, d]) =>
    shape("path", { d, fill: "currentColor", "fill-opacity": (level / 255).toFixed(3) }),
  );
  const box = `0 0 ${PIXELS} ${PIXELS}`;
  return shape("svg", { viewBox: box, "shape-rendering": "crispEdges", ...attributes }, ...squares);
}

/** Draw the spikes and the bars, and return a function that shows them up to a step. */
function rasterOf({ spikes, counts, answer, timesteps }, drawing) {
  const x = (step) => TIME_LEFT + ((TIME_RIGHT - TIME_LEFT) * step) / timesteps;
  const most = Math.max(...counts, 1);
  const text = (content, at, y, anchor = "start") =>
    shape("text", { x: at, y, "text-anchor": anchor }, content);
  const rows = counts.map((_, digit) => {
    const top = TOP + digit * ROW;
    const bar = shape("rect", { class: "bar", x: BAR_LEFT, y: top + 3, height: ROW - 6, width: 0 });
    const number = text("0", BAR_LEFT, top + ROW - 4);
    const ticks = spikes
      .filter(([, neuron]) => neuron === digit)
      .map(([step]) => ({
        step,
        mark: shape("line", {
          class: "spike", x1: x(step + 0.5), x2: x(step + 0.5), y1: top + 3, y2: top + ROW - 3,
        }),
      }));
    const row = shape("rect", { class: "row", x: 0, y: top, width: 340, height: ROW });
    const parts = [row, text(digit, 12, top + ROW - 4, "end"), ...ticks.map(({ mark }) => mark)];
    const group = shape("g", digit === answer ? { class: "wins" } : {}, ...parts, bar, number);
    return { group, bar, number, ticks };
  });
  const floor = TOP + 10 * ROW;
  const axis = shape("line", { class: "axis", x1: TIME_LEFT, x2: TIME_RIGHT, y1: floor, y2: floor });
  drawing.replaceChildren(
    text("spikes of the output neurons", TIME_LEFT, 13),
    text("how many", BAR_LEFT, 13),
    ...rows.map(({ group }) => group),
    axis,
    text("0", TIME_LEFT, floor + 15),
    text(`${timesteps} ms`, TIME_RIGHT, floor + 15, "end"),
  );
  const often = counts.map((count, digit) => `${digit}: ${count}`).join(", ");
  drawing.setAttribute("aria-label", `Spikes of each output neuron. ${often}.`);
  return (until) => {
    for (const { bar, number, ticks } of rows) {
      let count = 0;
      for (const { step, mark } of ticks) {
        const there = step < until;
        mark.style.visibility = there ? "visible" : "hidden";
        count += there;
      }
      const width = ((BAR_RIGHT - BAR_LEFT) * count) / most;
      bar.setAttribute("width", width);
      number.setAttribute("x", BAR_LEFT + width + 4);
      number.textContent = count;
    }
  };
}

function render({ model, el }) {
  let strokes = [];
  let isExample = false;
  let undone = []; // drawings to go back to
  let animation = 0;

  const drawn = shape("g", { class: "strokes", "stroke-width": model.get("pen") });
  const chosenImage = shape("g");
  const paper = shape(
    "svg",
    {
      class: "paper", viewBox: `0 0 ${SIDE} ${SIDE}`, tabindex: 0, role: "img",
      "aria-label": "Pad: draw a digit with the mouse or a finger. To use keys alone, choose one below.",
    },
    chosenImage,
    drawn,
  );
  const undo = element("button", { type: "button" }, "Undo");
  const clear = element("button", { type: "button" }, "Clear");
  const seen = element("div", { class: "seen" });
  const status = element("p", { class: "status", role: "status" });
  const failure = element("div", { role: "alert" });
  const raster = shape("svg", { class: "raster", viewBox: `0 0 340 ${HEIGHT}`, role: "img" });
  const list = element("div", {
    class: "choices", role: "listbox", tabindex: 0, "aria-label": "Images of the test set",
  });
  const options = model.get("choices").map(({ pixels, label }, number) => {
    const name = `image ${number}, a ${label}`;
    const option = element(
      "div",
      { class: "choice", role: "option", "aria-selected": "false", "aria-label": name, title: name },
      imageOf(pixels, { "aria-hidden": "true" }),
    );
    option.id = `digit-pad-${Math.random().toString(36).slice(2)}`;
    option.addEventListener("click", () => choose(number));
    return option;
  });
  list.append(...options);

  const root = element(
    "div",
    // JupyterLab takes keys for its own commands, unless it is told not to.
    { class: "digit-pad", "data-lm-suppress-shortcuts": "true" },
    element(
      "div",
      { class: "columns" },
      element(
        "div",
        { class: "draw" },
        element("h4", {}, "Draw a digit"),
        paper,
        element("div", { class: "buttons" }, undo, clear),
      ),
      element(
        "div",
        { class: "answers" },
        element("h4", {}, "What the network sees, and says"),
        element("div", { class: "verdict" }, seen, element("div", {}, status, failure)),
        raster,
      ),
    ),
    element(
      "div",
      { class: "choose" },
      element("h4", {}, "Or choose an image: click it, or use the arrow keys"),
      list,
    ),
  );
  el.replaceChildren(root);

  function drawStrokes() {
    const lines = strokes.map((points) =>
      // A line without any length is drawn as a dot.
      shape("polyline", { points: [...points, points.at(-1)].map((p) => p.join(",")).join(" ") }),
    );
    drawn.replaceChildren(...lines);
  }

  function takeShown() {
    const shown = model.get("shown");
    const chosen = shown.chosen ?? -1;
    strokes = structuredClone(shown.strokes ?? []);
    isExample = Boolean(shown.example);
    drawStrokes();
    const pixels = model.get("choices")[chosen]?.pixels;
    chosenImage.replaceChildren(...(pixels ? [imageOf(pixels, { width: SIDE, height: SIDE })] : []));
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    if (chosen >= 0) list.setAttribute("aria-activedescendant", options[chosen].id);
    else list.removeAttribute("aria-activedescendant");
  }

  /** Show something else, and ask Python what the network makes of it. */
  function send(shown) {
    const isEmpty = !shown.strokes?.length && shown.chosen === undefined;
    model.set("shown", shown); // and so takeShown is called
    status.textContent = isEmpty ? "" : "The network is looking…";
    model.save_changes();
  }

  function takeResult() {
    const result = model.get("result");
    cancelAnimationFrame(animation);
    failure.replaceChildren();
    if (result.error) {
      const details = element("details", {}, element("summary", {}, "Traceback"));
      details.append(element("pre", {}, result.traceback ?? ""));
      const message = element("p", { class: "error" }, result.error);
      failure.append(message, ...(result.traceback ? [details] : []));
    }
    if (!result.pixels) {
      status.textContent = result.error ? "" : "Draw a digit in the square.";
      seen.replaceChildren();
      raster.replaceChildren();
      return;
    }
    const alt = `The drawing, made an image of ${PIXELS} by ${PIXELS} pixels`;
    seen.replaceChildren(imageOf(result.pixels, { role: "img", "aria-label": alt }));
    const showUntil = rasterOf(result, raster);
    const count = result.counts[result.answer];
    const spikes = `${count} ${count === 1 ? "spike" : "spikes"} of neuron ${result.answer}`;
    const end = () => {
      if (result.answer === null) status.textContent = "No output neuron spiked: no answer.";
      else {
        const note = isExample ? " This is an example: draw your own." : "";
        status.replaceChildren("It reads a ", element("b", {}, String(result.answer)));
        status.append(element("br"), `${spikes} in ${result.timesteps} ms.${note}`);
      }
    };
    end();
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      showUntil(result.timesteps);
      return;
    }
    const start = performance.now();
    const grow = (now) => {
      const until = (result.timesteps * (now - start)) / MILLISECONDS;
      showUntil(until);
      if (until < result.timesteps) animation = requestAnimationFrame(grow);
    };
    showUntil(0);
    animation = requestAnimationFrame(grow);
  }

  // --- Drawing -----------------------------------------------------------------------------------

  let pointer = null;
  const place = (event) => {
    const box = paper.getBoundingClientRect();
    const inside = (value) => Math.round(Math.min(Math.max(value, 0), SIDE));
    return [
      inside(((event.clientX - box.left) * SIDE) / box.width),
      inside(((event.clientY - box.top) * SIDE) / box.height),
    ];
  };
  paper.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return;
    event.preventDefault();
    paper.focus({ preventScroll: true });
    paper.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    undone.push(model.get("shown"));
    // An example or a chosen image makes way.
    if (isExample || model.get("shown").chosen !== undefined) strokes = [];
    chosenImage.replaceChildren();
    strokes.push([place(event)]);
    drawStrokes();
  });
  paper.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    for (const moved of event.getCoalescedEvents?.() ?? [event]) {
      const points = strokes.at(-1);
      const [x, y] = place(moved);
      if (Math.hypot(x - points.at(-1)[0], y - points.at(-1)[1]) >= 2) points.push([x, y]);
    }
    drawStrokes();
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    send({ strokes: structuredClone(strokes) });
  };
  paper.addEventListener("pointerup", lift);
  paper.addEventListener("pointercancel", lift);

  const goBack = () => {
    if (undone.length) send(undone.pop());
  };
  const empty = () => {
    if (!strokes.length && model.get("shown").chosen === undefined) return;
    undone.push(model.get("shown"));
    send({ strokes: [] });
  };
  undo.addEventListener("click", goBack);
  clear.addEventListener("click", empty);
  paper.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") goBack();
    else if (event.key === "Delete" || event.key === "Backspace") empty();
    else return;
    event.preventDefault();
  });

  // --- Choosing ----------------------------------------------------------------------------------

  function choose(number) {
    if (number === model.get("shown").chosen) return;
    undone.push(model.get("shown"));
    send({ chosen: number });
    list.focus({ preventScroll: true });
  }

  list.addEventListener("keydown", (event) => {
    const chosen = model.get("shown").chosen ?? -1;
    const rowLength = options.filter((option) => option.offsetTop === options[0].offsetTop).length;
    const moves = {
      ArrowRight: chosen + 1,
      ArrowLeft: chosen - 1,
      ArrowDown: chosen < 0 ? 0 : chosen + rowLength,
      ArrowUp: chosen - rowLength,
      Home: 0,
      End: options.length - 1,
    };
    let next = moves[event.key];
    if (/^\d$/.test(event.key)) {
      // A digit's key goes to the next image of that digit.
      const labels = model.get("choices").map(({ label }) => String(label));
      next = labels.indexOf(event.key, chosen + 1);
      if (next < 0) next = labels.indexOf(event.key);
    }
    if (next === undefined) return;
    event.preventDefault();
    if (next >= 0 && next < options.length) choose(next);
  });

  // Keys that are used here are no commands of the notebook.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  model.on("change:shown", takeShown);
  model.on("change:result", takeResult);
  takeShown();
  takeResult();
  return () => {
    cancelAnimationFrame(animation);
    model.off("change:shown", takeShown);
    model.off("change:result", takeResult);
  };
}

export default { render };
