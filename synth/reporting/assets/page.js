// Draws what the page's data says, each picture when it comes into view; all of them before the page is printed.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const style = { background: "none", fontSize: "11px", fontFamily: "inherit", color: "var(--muted)" };
  const prefixed = d3.format("~s");
  const short = (value) => (typeof value === "number" && Math.abs(value) < 1000 ? String(+value.toPrecision(4)) : prefixed(value));
  const label = (text) => (text.length > 18 ? text.slice(0, 17) + "…" : text);

  const shades = (values) => ({
    domain: [Math.min(0, d3.min(values)), d3.max(values)],
    range: ["var(--surface)", "var(--shade)"],
    interpolate: (a, b) => (t) => `color-mix(in oklab, ${a}, ${b} ${Math.round(100 * t)}%)`,
  });
  const plot = (box, height, options) =>
    Plot.plot({ width: Math.max(220, box.clientWidth), height, marginTop: 8, marginRight: 8, style, ...options });

  const drawings = {
    bars(box, picture) {
      const rows = picture.values.map(([name, count]) => ({ name: name === "" ? "(empty)" : name, count }));
      const longest = d3.max(rows, (row) => label(row.name).length);
      return plot(box, Math.max(60, 17 * rows.length + 26), {
        marginLeft: Math.min(130, 16 + 6.4 * longest), marginBottom: 20,
        x: { ticks: 4, tickFormat: short, label: null, grid: true },
        y: { label: null, domain: rows.map((row) => row.name), tickFormat: label, tickSize: 0 },
        marks: [Plot.barX(rows, { x: "count", y: "name", fill: "var(--bar)", insetTop: 1.5, insetBottom: 1.5 })],
      });
    },
    histogram(box, picture) {
      return plot(box, 118, {
        marginLeft: 40, marginBottom: 22,
        x: { type: picture.log ? "log" : "linear", ticks: 5, tickFormat: short, label: null },
        y: { ticks: 3, tickFormat: short, label: null, grid: true },
        marks: [
          Plot.rectY(picture.bins, { x1: "0", x2: "1", y: "2", fill: "var(--bar)", insetLeft: .5, insetRight: .5 }),
          Plot.ruleY([0], { stroke: "var(--strong-line)" }),
        ],
      });
    },
    ranks(box, picture) {
      return plot(box, 128, {
        marginLeft: 40, marginBottom: 34,
        x: { type: "log", ticks: 4, tickFormat: short, label: `rank of ${picture.of}`, labelAnchor: "center" },
        y: { type: "log", ticks: 3, tickFormat: short, label: null, grid: true },
        marks: [Plot.line(picture.points, { x: "0", y: "1", stroke: "var(--bar)", strokeWidth: 2 })],
      });
    },
    series(box, picture) {
      const points = picture.points.map(([day, count]) => ({ day: new Date(day + "T00:00Z"), count }));
      return plot(box, 118, {
        marginLeft: 40, marginBottom: 22,
        x: { type: "utc", ticks: 4, label: null },
        y: { ticks: 3, tickFormat: short, label: null, grid: true, zero: true },
        marks: [
          Plot.areaY(points, { x: "day", y: "count", fill: "var(--accent-soft)", curve: "step" }),
          Plot.lineY(points, { x: "day", y: "count", stroke: "var(--bar)", strokeWidth: 1.5, curve: "step" }),
        ],
      });
    },
    week(box, picture) {
      return plot(box, 120, {
        marginLeft: 34, marginBottom: 20, padding: 0.04,
        x: { domain: d3.range(24), ticks: [0, 6, 12, 18], tickFormat: (hour) => `${hour}:00`, tickSize: 0, label: null },
        y: { domain: d3.range(7), tickFormat: (day) => days[day], tickSize: 0, label: null },
        color: shades(picture.week.map((field) => field[2])),
        marks: [Plot.cell(picture.week, { x: "1", y: "0", fill: "2" })],
      });
    },
    declared(box, picture) {
      const [across, up, third] = picture.columns;
      const timed = picture.rows.every(([x]) => typeof x === "string" && /^\d{4}-\d\d-\d\d/.test(x));
      const rows = picture.rows.map((row) => [timed ? new Date(row[0].slice(0, 10) + "T00:00Z") : row[0], ...row.slice(1)]);
      const wide = { marginLeft: 56, marginTop: 24, marginBottom: 38 };
      const x = { label: across, ...(timed ? { type: "utc" } : {}), labelAnchor: "center" };
      const y = { label: up, tickFormat: short, grid: true };
      if (picture.shape === "heat")
        return plot(box, 260, {
          ...wide, marginLeft: 76, padding: 0.04,
          x: { ...x, type: "band", tickFormat: timed ? d3.utcFormat("%b %y") : undefined, tickRotate: -40 },
          y: { label: up, type: "band", tickFormat: typeof picture.rows[0][1] === "string" ? (v) => String(v).slice(0, 10) : undefined },
          color: shades(rows.map((row) => row[2])),
          marginBottom: 56,
          marks: [Plot.cell(rows, { x: "0", y: "1", fill: "2", title: (row) => `${row[2]}` })],
        });
      const series = third === undefined ? [] : [...new Set(rows.map((row) => row[2]))];
      const colours = ["var(--bar)", "#d9822b", "#2a9d8f", "#b5548f", "#8a6fd1", "#7a8b2f", "#c75146", "#4aa3b5"];
      const color = series.length ? { domain: series, range: colours, legend: true } : undefined;
      const paint = series.length ? "2" : "var(--bar)";
      if (picture.shape === "bars") {
        const names = [...new Set(rows.map((row) => row[0]))];
        const flat = !timed && names.some((name) => typeof name === "string");
        return flat
          ? plot(box, Math.max(120, 20 * names.length + 40), {
              color, marginLeft: Math.min(150, 16 + 6.6 * d3.max(names, (name) => label(String(name)).length)), marginBottom: 34,
              x: { label: up, tickFormat: short, grid: true, ticks: 5 }, y: { label: null, domain: names, tickFormat: (name) => label(String(name)), tickSize: 0 },
              marks: [Plot.barX(rows, { x: "1", y: "0", fill: paint, insetTop: 1.5, insetBottom: 1.5 })],
            })
          : plot(box, 240, {
              ...wide, color, x: { ...x, type: "band", tickFormat: timed ? d3.utcFormat("%b %y") : undefined }, y,
              marks: [Plot.barY(rows, { x: "0", y: "1", fill: paint }), Plot.ruleY([0], { stroke: "var(--strong-line)" })],
            });
      }
      return plot(box, 240, {
        ...wide, color, x, y: { ...y, zero: true },
        marks: [Plot.line(rows, { x: "0", y: "1", z: series.length ? "2" : null, stroke: paint, strokeWidth: 2 })],
      });
    },
  };

  const draw = (box) => {
    if (box.dataset.drawn) return;
    box.dataset.drawn = "yes";
    const picture = box.dataset.picture ? data.pictures[box.dataset.picture] : data.columns[box.dataset.of];
    const drawn = drawings[box.dataset.kind](box, picture);
    drawn.setAttribute("aria-hidden", "true"); // the box says in words what it shows
    box.replaceChildren(drawn);
    box.style.minHeight = "0";
  };
  const boxes = [...document.querySelectorAll(".chart")];
  const seen = new IntersectionObserver(
    (entries) => entries.forEach((entry) => {
      if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
    }),
    { rootMargin: "300px" },
  );
  boxes.forEach((box) => seen.observe(box));
  window.addEventListener("beforeprint", () => boxes.forEach(draw));

  let width = window.innerWidth, waiting;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => boxes.forEach((box) => { if (box.dataset.drawn) { delete box.dataset.drawn; draw(box); } }), 200);
  });

  const copy = document.getElementById("copy");
  copy?.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(document.getElementById("command").textContent);
    copy.textContent = "Copied";
  });

  const filter = document.getElementById("filter");
  filter?.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    document.querySelectorAll("nav li[data-table]").forEach((item) => { item.hidden = !item.dataset.table.toLowerCase().includes(wanted); });
  });

  const diagram = document.querySelector(".diagram");
  const choose = (table) => {
    diagram.classList.toggle("chosen", Boolean(table));
    diagram.querySelectorAll(".arrow").forEach((arrow) =>
      arrow.classList.toggle("on", arrow.dataset.from === table || arrow.dataset.to === table));
  };
  diagram?.querySelectorAll("a").forEach((link) => {
    for (const name of ["mouseenter", "focus"]) link.addEventListener(name, () => choose(link.dataset.table));
    for (const name of ["mouseleave", "blur"]) link.addEventListener(name, () => choose(null));
  });
})();
