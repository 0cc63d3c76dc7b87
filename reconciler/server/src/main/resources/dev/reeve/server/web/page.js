"use strict";

// What every page is made of.

// Everything that comes from the cluster is put in as text, never as markup.
function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content.filter((it) => it !== ""));
  return element;
}

const byId = (id) => document.getElementById(id);
const times = new Map();

function ago(instant) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(instant)) / 1000));
  if (Number.isNaN(seconds)) return "";
  if (seconds < 120) return seconds + "s";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return minutes + "m";
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? hours + "h" : Math.floor(hours / 24) + "d";
}

function time(instant, className) {
  const element = make("time", className || "nowrap", ago(instant));
  element.dateTime = instant;
  element.title = new Date(instant).toLocaleString();
  return element;
}

const TONES = {
  Healthy: "good", success: "good", Running: "good", Completed: "good", ready: "good",
  going: "busy", Progressing: "busy", pending: "busy", ContainerCreating: "busy", Pending: "busy", Terminating: "busy", PodInitializing: "busy",
  Paused: "warn", RollingBack: "warn", superseded: "idle",
  Successful: "good", Inconclusive: "warn", Error: "bad",
  Degraded: "bad", Failed: "bad", failure: "bad", refused: "bad", "not ready": "bad",
};

function badge(word, tone) {
  return make("span", "badge " + (tone || TONES[word] || (word.startsWith("Init:") ? "busy" : "bad")), word);
}

function short(sha) {
  const code = make("code", "nowrap", sha.slice(0, 7));
  code.title = sha;
  return code;
}

function bar(part, whole, what) {
  const element = make("progress", "bar");
  element.max = Math.max(1, whole);
  element.value = Math.min(part, whole);
  element.setAttribute("aria-label", what);
  return element;
}

function anchor(address, className, ...content) {
  const element = make("a", className, ...content);
  element.href = address;
  return element;
}

function cell(label, ...content) {
  const element = make("td", "", ...content);
  if (label) element.dataset.label = label;
  return element;
}

// Replaced only when it differs: what is read or selected does not jump about.
const shown = new Map();
function put(id, data, render) {
  const text = JSON.stringify(data);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  byId(id).replaceChildren(...render());
}

// The same for long lists: of many items only those that differ are replaced, and what was opened or closed by hand stays so.
const kept = new Map();
function putEach(id, items, key, render) {
  const before = kept.get(id) || new Map();
  const now = new Map();
  for (const item of items) {
    const text = JSON.stringify(item);
    const old = before.get(key(item));
    if (old && old.text === text) {
      now.set(key(item), old);
      continue;
    }
    const element = render(item);
    const opened = old && old.element.querySelector("details[data-touched]");
    const details = opened && element.querySelector("details");
    if (details) {
      details.open = opened.open;
      details.dataset.touched = "";
    }
    now.set(key(item), { text, element });
  }
  for (const [name, old] of before) if (now.get(name) !== old) old.element.remove();
  kept.set(id, now);
  let next = byId(id).firstChild;
  for (const { element } of now.values()) {
    if (element === next) next = next.nextSibling;
    else byId(id).insertBefore(element, next);
  }
}

function drawn(tag, attributes, ...content) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

// What a release is to its workload.
const ROLES = { new: "busy", stable: "good", old: "idle", failed: "bad" };

function pageOf(it) {
  const path = "/rollout/" + encodeURIComponent(it.namespace) + "/" + encodeURIComponent(it.name);
  return it.kind === "Rollout" ? path : path + "?kind=" + encodeURIComponent(it.kind);
}

function emptyRow(columns, text) {
  const only = make("td", "empty", text);
  only.colSpan = columns;
  return make("tr", "", only);
}

function release(hash) {
  return hash ? make("code", "nowrap", hash) : make("span", "quiet", "none");
}

let last;
function show(page, render) {
  last = page;
  render(page);
}

function link(state, text) {
  const element = byId("link");
  element.className = "link " + state;
  if (element.textContent !== text) element.textContent = text;
}

// Shows what is at the address now, and again whenever the cluster has changed.
function follow(address, render) {
  let loading = false;
  let again = false;
  async function load() {
    if (loading) {
      again = true;
      return;
    }
    loading = true;
    try {
      do {
        again = false;
        const answer = await fetch(address, { cache: "no-store" });
        if (!answer.ok && answer.status !== 404) throw new Error("HTTP " + answer.status);
        show(answer.ok ? await answer.json() : null, render);
        link("live", "live");
      } while (again);
    } catch (problem) {
      link("lost", "connection lost, what is shown may be old");
    } finally {
      loading = false;
    }
  }
  const stream = new EventSource("/dashboard/events");
  stream.addEventListener("changed", load);
  stream.onerror = () => link("lost", "connection lost, what is shown may be old");
  setInterval(() => last && render(last), 10000);
  load();
}
