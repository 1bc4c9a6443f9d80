// What opens a list of pages in the sidebar is an arrow without a name; it gets that of the page above.
for (const arrow of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const page = arrow.closest("li").querySelector("a").textContent;
  arrow.setAttribute("aria-label", `Pages below ${page}`);
}
