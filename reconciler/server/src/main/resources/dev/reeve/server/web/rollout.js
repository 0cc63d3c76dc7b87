"use strict";

function commit(sha, address) {
  return address ? anchor(address, "nowrap", short(sha)) : short(sha);
}

function header(page) {
  const name = page.namespace + "/" + page.name;
  document.title = name + " · " + page.cluster.name + " · Reeve";
  byId("workload").textContent = name;
  byId("cluster").textContent = page.cluster.name + ": all workloads";
  byId("version").textContent = page.cluster.version;
  put("facts", [page.kind, page.phase, page.ready, page.desired, page.weight, page.startedAt, minute()], () => [
    fact("Kind", page.kind), fact("Phase", badge(page.phase)), fact("Ready", page.ready + "/" + page.desired),
    ...(page.weight === undefined ? [] : [fact("Weight", page.weight + "%")]), fact("Begun", time(page.startedAt), " ago"),
  ]);
}

function minute() {
  return Math.floor(Date.now() / 10000);
}

function fact(name, ...value) {
  return make("div", "", make("dt", "", name), make("dd", "", ...value));
}

// What it waits for, and the command that makes it go on.
function now(page) {
  byId("now").hidden = !page.message && !page.promote;
  put("now", [page.message, page.promote], () => {
    const card = make("div", "tile", make("p", "", page.message));
    if (page.promote) card.append(make("p", "quiet", "To go on:"), make("pre", "lines command", page.promote));
    return [card];
  });
}

const OUTCOMES = { committed: "its text was rolled back by commit ", proposed: "its text is to be rolled back: merge branch ", refused: "its text was not rolled back: " };

function failure(page) {
  byId("trouble").hidden = !page.failure && !page.rollback;
  put("failure", [page.failure, page.rollback], () => {
    const lines = [];
    if (page.failure) lines.push(make("div", "", "release ", make("code", "", page.failure.release), " of commit ", commit(page.failure.commit, page.failure.link), ": ", page.failure.message));
    if (page.rollback) {
      const { outcome, detail } = page.rollback;
      lines.push(make("div", "", OUTCOMES[outcome], outcome === "committed" ? commit(detail, page.rollback.link) : make("code", "", detail)));
    }
    return [make("div", "lines bad", ...lines)];
  });
}

const MARKS = { done: "✓", current: "▶", ahead: "" };

function steps(page) {
  byId("along").hidden = page.steps.length === 0;
  put("steps", [page.steps, page.step, minute()], () => page.steps.map((it) => {
    const item = make("li", it.state, make("span", "mark", MARKS[it.state]), make("span", "name", it.kind), " ", it.detail);
    if (it.state === "current") {
      item.setAttribute("aria-current", "step");
      item.append(make("span", "by", "for ", time(page.step.startedAt), ...(it.kind === "pause" ? [page.step.pauseUntil ? ", ends at " + new Date(page.step.pauseUntil).toLocaleTimeString() : ", until promoted"] : [])));
    }
    return item;
  }));
}

function releases(page) {
  put("releases", [page.releases, minute()], () => page.releases.map((it) => {
    const head = make("div", "commit", badge(it.role, ROLES[it.role]), make("code", "name", it.hash), it.weight + "% of the traffic, commit ", commit(it.commit, it.link));
    const rows = it.pods.map((pod) => {
      const restarts = cell("restarts", String(pod.restarts));
      restarts.className = "number";
      return make("tr", "", cell("", make("span", "mono", pod.name)), cell("", badge(pod.status, pod.status === "Running" && !pod.ready ? "warn" : undefined)),
        cell("node", pod.node), restarts, cell("age", time(pod.since)));
    });
    const titles = make("tr", "", ...["Pod", "Status", "Node", "Restarts", "Age"].map((title) => make("th", title === "Restarts" ? "number" : "", title)));
    const table = make("table", "", make("thead", "", titles), make("tbody", "", ...(rows.length ? rows : [emptyRow(5, "No pods.")])));
    const card = make("div", "scroll", head, table);
    if (it.morePods) card.append(make("p", "empty", "and " + it.morePods + " more pods"));
    return card;
  }));
}

function analyses(page) {
  byId("measured").hidden = page.analyses.length === 0;
  put("analyses", [page.analyses, minute()], () => page.analyses.map((run) => {
    const head = make("div", "commit", make("span", "subject", run.name), badge(run.outcome), make("span", "by", "release ", make("code", "", run.release), " · ", time(run.startedAt)));
    return make("div", "tile", head, ...run.metrics.map(metric));
  }));
}

function metric(it) {
  const limits = it.limits || {};
  const upTo = (limit, none) => limit === undefined || limit === none ? "" : " / " + limit;
  const counts = [
    "measured " + it.count + upTo(limits.count, 0), "successful " + it.successful, "failed " + it.failed + (limits.failed === -1 ? "" : upTo(limits.failed)),
    "inconclusive " + it.inconclusive + upTo(limits.inconclusive), "errors " + it.errors + (limits.consecutiveErrors === undefined ? "" : " (in a row " + it.consecutiveErrors + " / " + limits.consecutiveErrors + ")"),
  ].join(" · ");
  const parts = [make("div", "commit", make("span", "name", it.name), badge(it.outcome), it.dryRun ? badge("dry run", "idle") : ""), make("div", "quiet", counts)];
  const numbers = it.measurements.filter((one) => one.number !== undefined);
  if (numbers.length > 0) parts.push(plot(it.name, numbers));
  const others = it.measurements.filter((one) => one.number === undefined || one.message);
  if (others.length > 0) {
    parts.push(make("div", "lines", ...others.map((one) => make("div", "", badge(one.outcome), " ", time(one.at), " ", one.value, one.message ? " " + one.message : ""))));
  }
  return make("div", "metric", ...parts);
}

// Values over time. A lone point, or many of one value, lie in the middle.
function plot(name, points) {
  const width = 600, height = 120, left = 70, right = 12, edge = 14;
  const at = points.map((it) => Date.parse(it.at));
  const values = points.map((it) => it.number);
  const scale = (all, from, to) => {
    const low = Math.min(...all), high = Math.max(...all);
    return (value) => high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from);
  };
  const x = scale(at, left, width - right), y = scale(values, height - edge, edge);
  const places = points.map((it, i) => [x(at[i]).toFixed(1), y(values[i]).toFixed(1)]);
  const picture = drawn("svg", { viewBox: "0 0 " + width + " " + height, class: "plot", role: "img", "aria-label": name + ": " + values.join(", ") });
  for (const value of new Set([Math.min(...values), Math.max(...values)])) {
    const line = y(value).toFixed(1);
    picture.append(drawn("line", { x1: left, x2: width - right, y1: line, y2: line, class: "rule" }),
      drawn("text", { x: left - 8, y: line, "text-anchor": "end", "dominant-baseline": "middle" }, String(Number(value.toPrecision(6)))));
  }
  picture.append(drawn("polyline", { points: places.map((it) => it.join(",")).join(" ") }));
  points.forEach((it, i) => picture.append(drawn("circle", { cx: places[i][0], cy: places[i][1], r: 4.5, class: TONES[it.outcome] || "idle" },
    drawn("title", {}, it.value + " " + it.outcome + " at " + new Date(it.at).toLocaleString()))));
  return picture;
}

function diff(page) {
  byId("changed").hidden = !page.diff;
  put("diff", page.diff || null, () => {
    if (!page.diff) return [];
    const { from, to, known, text } = page.diff;
    const head = make("p", "quiet", "from ", commit(from.commit, from.link), " (", from.release, ") to ", commit(to.commit, to.link), " (", to.release, ")");
    if (!known) return [head, make("p", "empty", "being looked up…")];
    const lines = text.replace(/\n$/, "").split("\n").map((line) => make("div", tone(line), line || " "));
    return [head, text ? make("pre", "lines diff", ...lines) : make("p", "empty", "The text of the workload and its ConfigMaps is the same.")];
  });
}

function tone(line) {
  return line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith(" ") ? "" : "place";
}

function decisions(page) {
  put("history", [page.history, minute()], () => page.history.length === 0
    ? [make("li", "empty", "Nothing is known of the record yet.")]
    : page.history.map((it) => make("li", "", make("div", "commit", commit(it.sha, it.link), badge(it.reason, "idle"), make("span", "subject", it.subject), make("span", "by", time(it.at))))));
}

function render(page) {
  byId("missing").hidden = page !== null;
  if (page === null) return;
  header(page);
  now(page);
  failure(page);
  steps(page);
  releases(page);
  analyses(page);
  diff(page);
  decisions(page);
}

follow(location.pathname + ".json" + location.search, render);
