// Draws every chart of the page; vegaEmbed comes with the bundle that this is put into.
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function look() {
  const ground = dark.matches ? "#14181e" : "#ffffff";
  const ink = dark.matches ? "#e4e8ee" : "#1d2430";
  const quiet = dark.matches ? "#98a3b1" : "#5d6775";
  const line = dark.matches ? "#2d3540" : "#e6e9ee";
  const titles = { titleColor: quiet, titleFontWeight: 500, titleFontSize: 12 };
  return {
    font: getComputedStyle(document.body).fontFamily,
    background: "transparent",
    view: { stroke: null },
    axis: { ...titles, labelColor: ink, labelFontSize: 12, gridColor: line, domainColor: line, tickColor: line, titlePadding: 8 },
    axisY: { grid: false },
    axisYQuantitative: { grid: true },
    legend: { labelColor: ink, titleColor: quiet, labelFontSize: 12 },
    header: { labelColor: ink, titleColor: quiet },
    text: { fill: ink },
    style: { halo: { stroke: ground, strokeWidth: 5, strokeJoin: "round", fill: ground } },
    rule: { stroke: quiet },
  };
}

async function draw(figure) {
  const place = figure.querySelector(".drawing");
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const options = {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    ast: true, // interprets expressions, so that the page needs no right to evaluate code
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: look(),
  };
  try {
    await vegaEmbed(place, spec, options);
  } catch (error) {
    place.className = "failed";
    place.textContent = "This chart could not be drawn: " + error.message;
  }
}

async function drawAll() {
  for (const figure of document.querySelectorAll("figure.chart")) await draw(figure);
  document.documentElement.dataset.drawn = "yes";
}

dark.addEventListener("change", drawAll);
drawAll();
