// What opens a list of pages in the sidebar is an arrow without a name; it gets that of the page above.
for (const arrow of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const page = arrow.closest("li").querySelector("a").textContent;
  arrow.setAttribute("aria-label", `Pages below ${page}`);
}

// The players of stored animations are Matplotlib's, whose sliders have no name.
for (const slider of document.querySelectorAll("input.anim-slider")) {
  slider.setAttribute("aria-label", "Frame of the animation");
}
