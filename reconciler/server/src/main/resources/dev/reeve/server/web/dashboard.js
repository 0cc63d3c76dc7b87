"use strict";

function header(page) {
  const cluster = page.cluster;
  document.title = cluster.name + " · Reeve";
  byId("cluster").textContent = cluster.name;
  byId("version").textContent = cluster.version;
  const path = cluster.path && cluster.path !== "." ? ", path " + cluster.path : "";
  byId("repository").textContent = cluster.repository + " (branch " + cluster.branch + path + ")";
  const facts = [["Control plane", cluster.lead], ["Epoch", String(cluster.epoch)], ["Git", cluster.git], ["Record", cluster.recordBranch]];
  put("facts", facts, () => facts.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value))));
}

function tile(label, value, of, bad) {
  return make("div", "tile" + (bad ? " bad" : ""), make("strong", "", String(value), of === "" ? "" : make("small", "", " / " + of)), make("span", "quiet", label));
}

function tiles(page) {
  const healthy = page.workloads.filter((it) => it.phase === "Healthy").length + page.moreWorkloads;
  const workloads = page.workloads.length + page.moreWorkloads;
  const ready = page.pods.filter((it) => it.ready).length + page.morePods;
  const pods = page.pods.length + page.morePods;
  const up = page.nodes.filter((it) => it.ready).length;
  const troubled = page.workloads.some((it) => it.phase === "Failed" || it.phase === "Degraded");
  const tip = page.commits[0];
  const data = [healthy, workloads, ready, pods, up, page.nodes.length, tip && tip.verdict, troubled];
  put("tiles", data, () => [
    tile("workloads healthy", healthy, workloads, troubled),
    tile("pods ready", ready, pods, false),
    tile("nodes ready", up, page.nodes.length + page.moreNodes, up < page.nodes.length),
    tile("newest commit", tip ? tip.verdict || "not judged yet" : "none", "", Boolean(tip) && (tip.verdict === "refused" || tip.verdict === "failure")),
  ]);
}

function verdictLine(line) {
  const place = /^([^\s:]+:\d+:\d+|[A-Z]\w*(?:\.[\w.]+)?\/[^\s:]+): (.*)$/s.exec(line);
  return place ? make("div", "", make("span", "place", place[1]), " ", place[2]) : make("div", "", line);
}

function commits(page) {
  put("commits", [page.commits, Math.floor(Date.now() / 60000)], () => page.commits.length === 0
    ? [make("li", "empty", "No commit has been read yet.")]
    : page.commits.map((it) => {
      const line = make("div", "commit", short(it.sha), make("span", "subject", it.subject),
        it.verdict ? badge(it.verdict) : "", it.accepted ? badge("in force", "idle") : "", it.tip ? badge("tip", "idle") : "",
        make("span", "by", it.author.replace(/ <.*>$/, "") + " · ", time(it.at)));
      const item = make("li", it.verdict === "refused" || it.verdict === "failure" ? "refused" : it.accepted ? "current" : "", line);
      if (it.lines.length > 0) {
        const bad = it.verdict === "refused" || it.verdict === "failure";
        item.append(make("div", "lines" + (bad ? " bad" : ""), ...it.lines.map(verdictLine)));
      }
      return item;
    }));
}

function stepOf(it) {
  const analyses = it.analyses.map((run) => ", " + run.name + " " + run.outcome).join("");
  return "step " + (it.step.index + 1) + " of " + it.step.count + " (" + it.step.kind + "), " + it.weight + "%" + analyses;
}

function workloads(page) {
  put("workloads", [page.workloads, Math.floor(Date.now() / 10000)], () => page.workloads.length === 0
    ? [emptyRow(6, "Nothing is declared yet.")]
    : page.workloads.map((it) => {
      const name = it.namespace + "/" + it.name;
      const link = anchor(pageOf(it), "name", name);
      const lacking = it.phase !== "Healthy" || it.ready < it.desired;
      const first = cell("", link, " ", make("span", "quiet", it.kind));
      if (it.step && it.step.index < it.step.count) first.append(make("div", "quiet", stepOf(it)));
      if (it.message) first.append(make("div", "message" + (lacking ? " bad" : ""), it.message));
      const count = cell("ready", make("span", "nowrap", it.ready + "/" + it.desired), bar(it.ready, it.desired, it.ready + " of " + it.desired + " ready"));
      const stable = it.stable === it.release ? make("span", "quiet", "same") : release(it.stable);
      return make("tr", "", first, cell("", badge(it.phase, it.phase === "Healthy" && lacking ? "warn" : undefined)), count, cell("release", release(it.release)), cell("stable", stable), cell("age", time(it.startedAt)));
    }));
  more("more-workloads", page.moreWorkloads, "workloads");
}

function pods(page) {
  put("pods", [page.pods, Math.floor(Date.now() / 10000)], () => page.pods.length === 0
    ? [emptyRow(5, "No pods.")]
    : page.pods.map((it) => {
      const tone = it.status === "Running" && !it.ready ? "warn" : undefined;
      const status = cell("", badge(it.status, tone));
      if (tone) status.append(" ", make("span", "quiet", "not ready"));
      const restarts = cell("restarts", String(it.restarts));
      restarts.className = "number";
      return make("tr", "", cell("", make("span", "mono", it.name), " ", make("span", "quiet", it.namespace)), status,
        cell("node", it.node), restarts, cell("age", time(it.since)));
    }));
  more("more-pods", page.morePods, "pods, all ready");
}

function more(id, count, what) {
  byId(id).hidden = count === 0;
  byId(id).textContent = "and " + count + " more " + what;
}

function percent(share) {
  return share > 0 && share < 0.1 ? "<0.1%" : Math.round(share * 10) / 10 + "%";
}

function counted(count, what) {
  return count + " " + what + (count === 1 ? "" : "s");
}

function portOf(it) {
  const target = it.target && it.target !== String(it.port) ? " → " + it.target : "";
  return (it.name ? it.name + " " : "") + it.port + "/" + it.protocol + target + (it.nodePort ? ", nodes " + it.nodePort : "");
}

function addressOf(it) {
  if (it.type === "ExternalName") return "another name for " + it.externalName;
  return it.type === "Headless" ? "no address of its own: its name leads to its pods" : it.address || "no address";
}

function frontOf(it) {
  const line = make("li", "", make("code", "", it.host || it.path ? (it.tls ? "https://" : "http://") + (it.host || "*") + it.path : "all else"),
    make("span", "quiet", (it.exact ? " exactly" : "") + " by Ingress " + it.ingress + " to port " + it.port));
  if (it.canary) {
    const header = it.canary.header ? "with " + it.canary.header + ": " + (it.canary.value || "always") : "";
    const weight = it.canary.weight ? it.canary.weight + "%" : "";
    line.append(" ", badge("canary: requests " + [header, weight].filter(Boolean).join(" and "), "busy"));
  }
  return line;
}

// One bar for all: what each release gets, beside what the others get.
function sharesOf(releases) {
  const said = releases.map((it) => percent(it.share) + " " + (it.release || it.workload)).join(", ");
  const picture = drawn("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", class: "shares", role: "img", "aria-label": said });
  let from = 0;
  for (const it of releases) {
    picture.append(drawn("rect", { x: from, y: 0, width: it.share, height: 1, class: ROLES[it.role] || "idle" }, drawn("title", {}, percent(it.share) + " to " + it.workload + " " + it.release)));
    from += it.share;
  }
  return picture;
}

function releaseOf(service, it) {
  const workload = anchor(pageOf({ kind: it.kind, namespace: service.namespace, name: it.workload }), "", it.workload);
  return make("li", "commit", make("strong", "share", percent(it.share)), release(it.release), it.role ? badge(it.role, ROLES[it.role]) : "",
    make("span", "quiet", it.kind + " ", workload), make("span", "by", counted(it.serving, "pod") + " serving"));
}

const STATES = { "not ready": "warn", "node not ready": "bad" };

function targetsOf(releases) {
  const rows = releases.flatMap((it) => [
    ...it.pods.map((pod) => make("tr", pod.share ? "" : "idle", cell("", make("span", "mono", pod.name)), cell("", badge(pod.state, STATES[pod.state])), cell("node", pod.node),
      cell("release", release(it.release)), cell("share", make("span", "nowrap", percent(pod.share)), bar(pod.share, 100, pod.name + ": " + percent(pod.share))))),
    ...(it.morePods ? [emptyRow(5, "and " + counted(it.morePods, "more pod") + " of " + (it.release || it.workload))] : []),
  ]);
  const titles = make("tr", "", ...["Pod", "State", "Node", "Release", "Share"].map((title) => make("th", "", title)));
  const listed = releases.reduce((sum, it) => sum + it.pods.length + it.morePods, 0);
  const details = make("details", "", make("summary", "", counted(listed, "pod")), make("table", "", make("thead", "", titles), make("tbody", "", ...rows)));
  details.open = listed <= 10;
  details.firstChild.addEventListener("click", () => { details.dataset.touched = ""; });
  return details;
}

function serviceOf(it) {
  const item = make("li", "service", make("div", "commit", make("span", "subject", it.namespace + "/" + it.name), badge(it.type, "idle"), make("span", "by mono", addressOf(it))));
  const ports = it.ports.map(portOf).concat(it.morePorts ? ["and " + it.morePorts + " more"] : []);
  if (ports.length > 0) item.append(make("div", "quiet mono", ports.join(" · ")));
  if (it.fronts.length > 0) {
    item.append(make("ul", "fronts", ...it.fronts.map(frontOf), it.moreFronts ? make("li", "quiet", "and " + it.moreFronts + " more ways to it") : ""));
  }
  if (it.type === "ExternalName") return item;
  if (it.releases.length === 0) {
    item.classList.add("lost");
    item.append(make("p", "nobody", "Nobody serves it" + (it.selects ? "." : ": it selects no pods.")));
    return item;
  }
  item.append(sharesOf(it.releases), make("ul", "", ...it.releases.map((one) => releaseOf(it, one)), it.moreReleases ? make("li", "quiet", "and " + counted(it.moreReleases, "more release")) : ""),
    targetsOf(it.releases));
  return item;
}

function services(page) {
  byId("no-services").hidden = page.services.length > 0;
  putEach("services", page.services, (it) => it.namespace + "/" + it.name, serviceOf);
  more("more-services", page.moreServices, "Services");
}

function cores(millis) {
  return String(Math.round(millis / 100) / 10);
}

function gibibytes(bytes) {
  return (bytes / 2 ** 30).toFixed(1) + " GiB";
}

function nodes(page) {
  put("nodes", page.nodes, () => page.nodes.length === 0
    ? [make("li", "empty", "No node has joined yet.")]
    : page.nodes.map((it) => {
      const head = make("div", "head", make("span", "", it.name), badge(it.ready ? "ready" : "not ready"));
      const row = (name, text, part, whole) => [make("dt", "", name), make("dd", "", text, bar(part, whole, name + ": " + text))];
      const facts = make("dl", "",
        ...row("Pods", it.pods + " / " + it.maxPods, it.pods, it.maxPods),
        ...row("CPU asked", cores(it.cpuMillisAsked) + " / " + cores(it.cpuMillis), it.cpuMillisAsked, it.cpuMillis),
        ...row("Memory asked", gibibytes(it.memoryBytesAsked) + " / " + gibibytes(it.memoryBytes), it.memoryBytesAsked, it.memoryBytes));
      const place = [it.address, it.zone && "zone " + it.zone].filter(Boolean).join(" · ");
      return make("li", "node" + (it.ready ? "" : " lost"), head, make("div", "quiet", place), facts);
    }));
  more("more-nodes", page.moreNodes, "nodes");
}

function events(page) {
  put("events", [page.events, Math.floor(Date.now() / 60000)], () => page.events.length === 0
    ? [make("li", "empty", "Nothing has happened yet.")]
    : page.events.map((it) => make("li", "", time(it.at, "when"), make("span", it.warning ? "warning" : "reason", it.reason), " ", it.message,
      it.count > 1 ? make("span", "quiet", " ×" + it.count) : "")));
}

function render(page) {
  header(page);
  tiles(page);
  commits(page);
  workloads(page);
  services(page);
  pods(page);
  nodes(page);
  events(page);
}

follow("/dashboard.json", render);
