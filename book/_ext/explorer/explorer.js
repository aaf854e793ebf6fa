/* The trial explorer: draws the trials that the page holds, and walks from one to the next by keyboard.
   odyssey/figures/explorer.py makes the page's part of it and says what the data are. */
"use strict";

(() => {
  const root = document.querySelector(".explorer");
  if (!root || !window.Plotly) return; // the sentence of the page stays

  const part = (name) => root.querySelector(`.explorer-${name}`);
  const { columns, variants, tasks } = JSON.parse(root.querySelector("script").textContent);
  const canvas = part("canvas");
  const boxes = [...part("variants").querySelectorAll("input")];
  const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1, PageDown: 10, PageUp: -10 };
  const GROUPED = new Intl.NumberFormat("en-GB");
  const DARK = matchMedia("(prefers-color-scheme: dark)");
  // There a label at the marker would be cut off, and the line under the plot says the same.
  const NARROW = matchMedia("(max-width: 600px)");

  const HINT = "Point at a mark, or walk to one with the arrow keys: its values will stand here.";

  let task, axes, chosen, drawn; // the choice, the trials it holds, and those of them that have a place in the plot
  let current = null; // the trial the reader is at

  // Values and words

  function written(value, form) {
    if (value === null) return "–";
    const [, comma, digits, kind] = form.match(/^(,?)(?:\.(\d))?([def])$/);
    let text;
    if (kind === "e") text = value.toExponential(Number(digits)).replace(/e([+-])(\d)$/, "e$10$2");
    else if (kind === "f") text = value.toFixed(Number(digits));
    else text = comma ? GROUPED.format(value) : String(value);
    return text.replace(/-/g, "−");
  }

  const unit = (column) => column.unit ?? task.unit;
  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const status = (trial) => (trial.diverged ? "diverged" : "finished");

  function told(trial) {
    const values = columns.map((column) => {
      const value = written(trial[column.name], column.form);
      return `${column.label} ${value}${value === "–" ? "" : ` ${unit(column)}`.trimEnd()}`;
    });
    return [`${trial.variant.code}, trial ${trial.index}`, ...values, status(trial)];
  }

  // Which trials, and where

  function rows(source) {
    return source.trials.index.map((_, row) => {
      const trial = Object.fromEntries(Object.entries(source.trials).map(([name, values]) => [name, values[row]]));
      return { ...trial, variant: variants[trial.variant] };
    });
  }

  const raw = (trial, column) => {
    const value = trial[column.name];
    return value !== null && column.complement ? 1 - value : value;
  };

  /* A score that exploded would leave no room for the rest: an axis of scores ends at some multiple of the best one. */
  function scaled(column) {
    const values = chosen.map((trial) => raw(trial, column)).filter((value) => value !== null);
    const score = column.unit === null;
    // A score of zero has no place on a logarithmic axis, and it is no mistake.
    const logarithmic = column.logarithmic && !(score && Math.min(...values) <= 0);
    const edge = score && logarithmic ? part("limit").value * Math.min(...values) : Infinity;
    return { column, logarithmic, edge };
  }

  const has = (trial, { column, logarithmic }) => {
    const value = raw(trial, column);
    return value !== null && (!logarithmic || value > 0);
  };
  const place = (trial, { column, edge }) => Math.min(raw(trial, column), edge);
  const beyond = (trial, { column, edge }) => raw(trial, column) > edge;

  function choose() {
    const codes = boxes.filter((box) => box.checked).map((box) => box.value);
    task = tasks[part("task").value];
    chosen = rows(task).filter((trial) => codes.includes(trial.variant.code));
    chosen.forEach((trial, number) => (trial.number = number));
    axes = ["horizontal", "vertical"].map((name) => columns.find((column) => column.name === part(name).value));
    axes = axes.map(scaled);
    drawn = chosen.filter((trial) => axes.every((axis) => has(trial, axis)));
    current = null;
    say(HINT);
    summarise(codes);
    list();
    draw();
  }

  /* The drawn trials along one axis; equal ones in the order of the other axis, then of the records. */
  function along(first, second) {
    return [...drawn].sort((a, b) => place(a, first) - place(b, first) || place(a, second) - place(b, second));
  }

  function summarise(codes) {
    const sentences = [
      `Corpus ${task.title}: ${counted(chosen.length, "trial")} of ` +
        `${codes.length ? codes.join(", ") : "no variant"}; scores are the ${task.score} in ${task.unit}.`,
    ];
    const missing = chosen.length - drawn.length;
    if (missing) {
      sentences.push(
        `${counted(missing, "trial")} without a value on these axes not drawn ` +
          "(one that diverged in its first epoch has no score); the table has them."
      );
    }
    const diverged = drawn.filter((trial) => trial.diverged).length;
    if (diverged) sentences.push(`${counted(diverged, "trial")} diverged: hollow marks.`);
    const far = drawn.filter((trial) => axes.some((axis) => beyond(trial, axis))).length;
    if (far) sentences.push(`${counted(far, "trial")} beyond the end of an axis drawn at its edge.`);
    part("summary").textContent = sentences.join(" ");
  }

  // The plot

  function axis(shape, colours) {
    const { column, logarithmic } = shape;
    const own = drawn.map((trial) => place(trial, shape));
    const [low, high] = (column.limits ?? [Math.min(...own), Math.max(...own)]).map(logarithmic ? Math.log10 : Number);
    const pad = 0.04 * (high - low) || 0.1; // one value alone, too, has some room
    const label = column.complement ? `1 − ${column.label}` : column.label;
    return {
      title: { text: label + (unit(column) ? ` (${unit(column)})` : ""), standoff: 10 },
      type: logarithmic ? "log" : "linear",
      range: drawn.length ? [low - pad, high + pad] : undefined,
      // Powers of ten where values are written so; else plain numbers at every tick.
      ...(column.form.endsWith("e") ? { dtick: 1, exponentformat: "power" } : { tickformat: ",~r" }),
      automargin: true,
      fixedrange: true, // a finger on the plot scrolls the page
      gridcolor: colours.line,
      linecolor: colours.line,
      zeroline: false,
    };
  }

  function draw() {
    const style = getComputedStyle(part("plot"));
    const colours = { ink: style.color, paper: style.backgroundColor, line: style.borderTopColor };
    const shown = variants.map((variant) => ({ variant, trials: drawn.filter((trial) => trial.variant === variant) }));
    const traces = shown
      .filter(({ trials }) => trials.length)
      .map(({ variant, trials }) => ({
        type: "scatter",
        mode: "markers",
        name: variant.code,
        x: trials.map((trial) => place(trial, axes[0])),
        y: trials.map((trial) => place(trial, axes[1])),
        customdata: trials.map((trial) => trial.number),
        hovertext: trials.map((trial) => told(trial).join("<br>")),
        hoverinfo: NARROW.matches ? "none" : "text",
        marker: {
          size: 9,
          color: variant.colour,
          symbol: trials.map((trial) => variant.symbol + (trial.diverged ? "-open" : "")),
          line: { width: 1, color: trials.map((trial) => (trial.diverged ? variant.colour : colours.ink)) },
        },
        showlegend: true,
      }));
    part("ring").hidden = true;
    const layout = {
      paper_bgcolor: colours.paper,
      plot_bgcolor: colours.paper,
      font: { family: style.fontFamily, size: 13, color: colours.ink },
      hoverlabel: {
        align: "left",
        bgcolor: colours.paper,
        bordercolor: colours.ink,
        font: { family: style.fontFamily, color: colours.ink },
      },
      hovermode: "closest",
      dragmode: false,
      margin: { l: 20, r: 15, t: 15, b: 20 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", itemclick: false, itemdoubleclick: false },
      xaxis: axis(axes[0], colours),
      yaxis: axis(axes[1], colours),
    };
    return Plotly.react(canvas, traces, layout, { displayModeBar: false });
  }

  // The trial the reader is at

  function say(text) {
    if (part("trial").textContent !== text) part("trial").textContent = text; // the same again would be read aloud again
  }

  function go(trial, where) {
    if (trial === current) return;
    current = trial;
    say(trial ? `${told(trial).join("; ")}${where}.` : HINT);
    part("ring").hidden = true;
  }

  /* Not a trace of the plot: Plotly would draw all marks again at every step. */
  function encircle({ curveNumber, pointNumber }) {
    const trace = canvas.querySelectorAll(".scatterlayer .trace")[curveNumber];
    const mark = trace.querySelectorAll(".point")[pointNumber].getBoundingClientRect();
    const frame = canvas.getBoundingClientRect();
    part("ring").style.left = `${(mark.left + mark.right) / 2 - frame.left}px`;
    part("ring").style.top = `${(mark.top + mark.bottom) / 2 - frame.top}px`;
    part("ring").hidden = false;
  }

  function label(trial) {
    const curveNumber = canvas.data.findIndex((trace) => trace.customdata?.includes(trial.number));
    const pointNumber = canvas.data[curveNumber].customdata.indexOf(trial.number);
    Plotly.Fx.hover(canvas, [{ curveNumber, pointNumber }]);
    encircle({ curveNumber, pointNumber });
  }

  function walk(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (!drawn.length || !(key in STEPS || ["Home", "End", "Escape"].includes(key))) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere the arrows turn the pages
    if (key === "Escape") {
      Plotly.Fx.unhover(canvas);
      go(null);
      return;
    }
    const upright = key === "ArrowUp" || key === "ArrowDown";
    const order = upright ? along(axes[1], axes[0]) : along(axes[0], axes[1]);
    const last = order.length - 1;
    let next = key === "End" ? last : 0;
    if (key in STEPS && current) next = order.indexOf(current) + STEPS[key];
    else if (STEPS[key] < 0) next = last;
    next = Math.max(0, Math.min(last, next));
    const name = axes[upright ? 1 : 0].column.label;
    go(order[next], `; ${next + 1} of ${order.length} along ${name}`);
    label(order[next]);
  }

  // Table and file

  function list() {
    if (!part("list").open) return;
    const cells = (tag, texts, scope) => texts.map((text) => `<${tag}${scope}>${text}</${tag}>`).join("");
    const lines = chosen.map((trial) => {
      const values = columns.map((column) => written(trial[column.name], column.form));
      const head = `<th scope="row">${trial.variant.code} ${trial.index}</th>`;
      return `<tr>${head}${cells("td", [...values, status(trial)], "")}</tr>`;
    });
    const labels = columns.map((column) => column.label + (unit(column) ? ` (${unit(column)})` : ""));
    const head = cells("th", ["trial", ...labels, "status"], ' scope="col"');
    const caption = `Trials of ${task.task}, corpus ${task.corpus}, as chosen above.`;
    part("list").querySelector("div").innerHTML =
      `<table><caption><span>${caption}</span></caption><thead><tr>${head}</tr></thead>` +
      `<tbody>${lines.join("")}</tbody></table>`;
  }

  function save() {
    const names = columns.map((column) => column.name);
    const lines = chosen.map((trial) =>
      [task.task, task.corpus, trial.variant.code, trial.index, ...names.map((name) => trial[name] ?? "nan"), status(trial)]
    );
    const text = [["task", "corpus", "variant", "index", ...names, "status"], ...lines].map((line) => line.join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text.join("\n"), "\n"], { type: "text/csv" }));
    link.download = `${task.task}-${task.corpus}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // Begin

  part("fallback").hidden = true;
  part("app").hidden = false;
  choose();
  canvas.on("plotly_hover", ({ points }) => {
    go(chosen[points[0].customdata], "");
    encircle(points[0]);
  });
  part("plot").addEventListener("keydown", walk);
  part("plot").addEventListener("blur", () => Plotly.Fx.unhover(canvas));
  for (const field of [...root.querySelectorAll("select"), ...boxes]) field.addEventListener("change", choose);
  for (const [name, checked] of [["all", true], ["none", false]]) {
    part(name).addEventListener("click", () => {
      for (const box of boxes) box.checked = checked;
      choose();
    });
  }
  part("list").addEventListener("toggle", list);
  part("save").addEventListener("click", save);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  for (const query of [DARK, NARROW]) query.addEventListener("change", draw);
  new ResizeObserver(() => {
    part("ring").hidden = true;
    Plotly.Plots.resize(canvas);
  }).observe(canvas);
})();
