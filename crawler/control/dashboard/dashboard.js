"use strict";
// Everything that comes from the crawl is hostile text: it reaches the page through textContent alone.

const $ = id => document.getElementById(id);
const KEPT = 600;  // samples, one a second
const SLOW = 5000; // milliseconds between two looks at the tables

const number = new Intl.NumberFormat("en");
const round = value => value >= 100 ? number.format(Math.round(value)) : number.format(Math.round(value * 10) / 10);
const bytes = value => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; ++unit) value /= 1024;
  return `${round(value)} ${units[unit]}`;
};
const span = ms => {
  const minutes = Math.floor(ms / 60000), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  return days ? `${days} d ${hours % 24} h` : hours ? `${hours} h ${minutes % 60} min` : `${minutes} min ${Math.floor(ms / 1000) % 60} s`;
};
const made = (tag, text, kind) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
};

async function ask(path, body) {
  const answer = await fetch(path, body === undefined ? {} : {method: "POST", body: JSON.stringify(body)});
  const value = await answer.json();
  if (!answer.ok && !value.lines) throw new Error(value.error || answer.statusText);
  return value;
}

function say(text, where = "said") { $(where).textContent = text; }

async function act(path, body, done) {
  try {
    say(done(await ask(path, body)));
  } catch (error) {
    say(error.message);
  }
}

function list(where, pairs) {
  const target = $(where);
  target.replaceChildren(...pairs.flatMap(([name, value]) => [made("dt", name), made("dd", value)]));
}

// `rows` are arrays of cells; a cell is a value or an element. With `sort`, a press on the name of a column that has a key asks
// for another order: {keys, by, down, press}.
function table(where, columns, rows, sort) {
  const target = $(where), held = document.activeElement && target.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const numeric = columns.map((_, c) => rows.length > 0 && rows.every(row => row[c] === null || typeof row[c] === "number"));
  const head = made("tr");
  columns.forEach((name, c) => {
    const cell = made("th", undefined, numeric[c] ? "number" : "");
    cell.scope = "col";
    const key = sort && sort.keys[c];
    if (key) {
      const active = sort.by === key;
      cell.setAttribute("aria-sort", active ? (sort.down ? "descending" : "ascending") : "none");
      const button = made("button", name);
      if (active) {
        const arrow = made("span", sort.down ? " \u2193" : " \u2191");
        arrow.setAttribute("aria-hidden", "true");
        button.append(arrow);
      }
      button.type = "button";
      button.dataset.key = `column ${key}`;
      button.onclick = () => sort.press(key, active ? !sort.down : numeric[c]);
      cell.append(button);
    } else {
      cell.textContent = name;
    }
    head.append(cell);
  });
  const body = made("tbody");
  for (const row of rows) {
    const line = made("tr");
    row.forEach((value, c) => {
      const cell = made("td", undefined, numeric[c] ? "number" : "");
      if (value instanceof Node) cell.append(value);
      else cell.textContent = value === null || value === undefined ? "" : typeof value === "number" ? number.format(value) : value;
      line.append(cell);
    });
    body.append(line);
  }
  if (!rows.length) {
    const cell = made("td", "none", "empty");
    cell.colSpan = columns.length || 1;
    const line = made("tr");
    line.append(cell);
    body.append(line);
  }
  const top = made("thead");
  top.append(head);
  target.replaceChildren(top, body);
  if (held) [...target.querySelectorAll("[data-key]")].find(element => element.dataset.key === held)?.focus();
}

// --- charts

const samples = [];
const charts = {};
const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function chart(id, names, format, type = "line") {
  charts[id] = new Chart($(id), {
    type,
    data: {labels: [], datasets: names.map(name => ({label: name, data: [], borderWidth: 1.5, pointRadius: 0, tension: 0.2, fill: names.length === 1}))},
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, normalized: true,
      interaction: {mode: "index", intersect: false},
      plugins: {legend: {display: names.length > 1, labels: {boxWidth: 12}},
                tooltip: {callbacks: {label: item => `${item.dataset.label}: ${format(item.parsed.y)}`}}},
      scales: {x: {ticks: {maxTicksLimit: 4, maxRotation: 0}, grid: {display: false}},
               y: {beginAtZero: true, ticks: {maxTicksLimit: 5, callback: value => format(value)}}},
    },
  });
}

function paint() {
  for (const one of Object.values(charts)) {
    const tones = [color("--one"), color("--two")];
    one.data.datasets.forEach((set, i) => { set.borderColor = tones[i]; set.backgroundColor = set.fill && one.config.type === "line" ? color("--fade") : tones[i]; });
    for (const axis of Object.values(one.options.scales)) {
      axis.ticks.color = color("--soft");
      axis.grid = {...axis.grid, color: color("--line")};
    }
    one.options.plugins.legend.labels.color = color("--ink");
    one.update();
  }
}

function show(id, series) {
  const one = charts[id];
  one.data.labels = samples.map(sample => new Date(sample.at).toLocaleTimeString("en-GB"));
  series.forEach((values, i) => { one.data.datasets[i].data = values; });
  one.update();
}

// What was counted between a sample and the one before it, a second.
const rates = key => samples.map((sample, i) => {
  const before = samples[i - 1], seconds = before ? (sample.at - before.at) / 1000 : 0;
  return seconds > 0 ? Math.max(0, (sample[key] - before[key]) / seconds) : null;
});

function draw() {
  show("rate", [rates("pages"), rates("errors")]);
  show("bytes", [rates("bytes_wire")]);
  show("stages", [samples.map(s => s.in_flight), samples.map(s => s.parsing)]);
  show("queue", [samples.map(s => s.queued), samples.map(s => s.known)]);
}

// --- what comes by itself, once a second

let state = "";
function update(status) {
  state = status.state;
  $("state").className = state;
  if ($("state").textContent !== state) $("state").textContent = state;
  $("pause").textContent = state === "paused" ? "Resume" : "Pause";
  $("pause").disabled = state === "stopping";
  $("facts").textContent = `version ${status.version}, up ${span(status.uptime_ms)}`;
  document.title = `${round(status.pages_per_s)} pages/s - Trawl`;
  const figures = [["Pages", number.format(status.pages)], ["Pages/s", round(status.pages_per_s)], ["Errors", number.format(status.errors)],
    ["Under way", number.format(status.in_flight)], ["Queued", number.format(status.queued)], ["Known URLs", number.format(status.known)],
    ["Hosts", number.format(status.hosts)], ["Received", bytes(status.bytes_wire)], ["Memory", bytes(status.memory_bytes)],
    ["Loop lag", `${round(status.loop_lag_ms)} ms`]];
  $("figures").replaceChildren(...figures.map(([name, value]) => {
    const box = made("div");
    box.append(made("dt", name), made("dd", value));
    return box;
  }));
  const ended = Object.values(status.outcomes).reduce((sum, count) => sum + count, 0);
  table("outcomes", ["outcome", "visits", "%"], Object.entries(status.outcomes).sort((a, b) => b[1] - a[1])
    .map(([outcome, count]) => [outcome, count, Math.round(count * 1000 / ended) / 10]));
  list("stages-now", Object.entries(status.stages).map(([stage, count]) => [stage.replace("_", " "), number.format(count)]));
  table("waiting", ["reason", "hosts", "URLs"], Object.entries(status.waiting).map(([reason, count]) => [reason, count.hosts, count.urls]));
  const parser = status.parser;
  list("parser", [["Workers", parser.workers], ["Their memory", bytes(parser.memory_bytes)], ["Waiting pages", parser.queued], ["In work", parser.parsing], ["Parsed", number.format(parser.answers)],
    ["Crashed", parser.crashes], ["Out of time", parser.timeouts], ["Over a limit", parser.limits], ["Lied", parser.lies], ["Replaced after many pages", parser.retired]]);
  const storage = status.storage;
  list("storage", [["Database", bytes(storage.database_bytes)], ["Write-ahead log", bytes(storage.wal_bytes)],
    ["Waiting to be written", `${bytes(storage.queued_bytes)} of ${bytes(storage.queue_max_bytes)}`], ["Commits are behind by", `${round(storage.lag_ms)} ms`],
    ["The last commit took", `${round(storage.last_commit_ms)} ms`], ["Free on the disk", bytes(storage.disk_free_bytes)], ["File", storage.database],
    ...Object.values(status.troubles).map(sentence => ["Trouble", sentence])]);
  samples.push({at: Date.now(), ...status});
  if (samples.length > KEPT) samples.shift();
  if (!document.hidden) draw();
}

function listen() {
  const events = new EventSource("/events");
  events.onmessage = event => update(JSON.parse(event.data));
  events.onerror = () => {
    $("state").className = "lost";
    $("state").textContent = "connection lost";
  };
}

// --- what is asked for now and then

function pauseButton(host, waiting) {
  const paused = waiting === "paused";
  const button = made("button", paused ? "Resume" : "Pause");
  button.type = "button";
  button.dataset.key = `pause ${host}`;
  button.setAttribute("aria-label", `${paused ? "Resume" : "Pause"} ${host}`);
  button.onclick = () => act(paused ? "/resume" : "/pause", {host}, () => `${host}: ${paused ? "goes on" : "paused"}`).then(look);
  return button;
}

function targetButton(name, paused) {
  const button = made("button", paused ? "Resume" : "Pause");
  button.type = "button";
  button.dataset.key = `target ${name}`;
  button.setAttribute("aria-label", `${paused ? "Resume" : "Pause"} target ${name}`);
  button.onclick = () => act(paused ? "/resume" : "/pause", {target: name}, () => `target ${name}: ${paused ? "goes on" : "paused"}`).then(look);
  return button;
}

// The daemon sorts and filters: the table has the first of all hosts, not of those that it happened to have.
const HOSTS = [["host", "host"], ["pages", "pages"], ["errors", "errors"], ["queued", "queued"], ["received, bytes", "bytes"],
  ["first byte, ms", "first_byte_ms"], ["delay, ms"], ["waits for"], ["until"], ["action"]];
const order = {by: "queued", down: true};
let asked = 0;
async function lookAtHosts() {
  const mine = ++asked;
  try {
    const hosts = await ask(`/hosts?limit=100&sort=${order.by}&order=${order.down ? "desc" : "asc"}&filter=${encodeURIComponent($("filter").value)}`);
    if (mine !== asked) return;
    const at = name => hosts.columns.indexOf(name);
    table("hosts", HOSTS.map(([name]) => name), hosts.rows.map(row => [
      ...["host", "pages", "errors", "queued", "bytes", "first_byte_ms", "delay_ms", "waiting_for", "blocked_until"].map(name => row[at(name)]),
      pauseButton(row[at("host")], row[at("waiting_for")])]),
    {...order, keys: HOSTS.map(([, key]) => key), press: (by, down) => { Object.assign(order, {by, down}); lookAtHosts(); }});
    say(hosts.more ? "(the first hundred)" : "", "hosts-more");
  } catch (error) {
    say(error.message);
  }
}

async function look() {
  if (document.hidden) return;
  await lookAtHosts();
  try {
    const pages = await ask("/pages?limit=20");
    table("pages", pages.columns, pages.rows);
    const errors = await ask("/error-reasons?limit=50");
    table("errors", errors.columns, errors.rows);
    const targets = (await ask("/targets")).targets;
    table("targets", ["target", "pages", "errors", "queued", "delay, ms", "is", "action"], targets.filter(one => !one.removed).map(one =>
      [one.name, one.pages, one.errors, one.queued, one.delay_ms, one.state || "fetched", targetButton(one.name, one.paused)]));
  } catch (error) {
    say(error.message);
  }
}

// --- what falls due

async function calendar() {
  if (document.hidden) return;
  try {
    const due = await ask("/calendar");
    const fill = (id, counts, label) => {
      charts[id].data.labels = counts.map((_, i) => label(i));
      charts[id].data.datasets[0].data = counts;
      charts[id].update();
    };
    fill("due-hours", due.hours, i => new Date(due.now + i * 3600000).toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"}));
    fill("due-days", due.days, i => new Date(due.now + i * 86400000).toLocaleDateString("en-GB", {day: "numeric", month: "short"}));
    say(due.overdue ? `(${number.format(due.overdue)} are due now)` : "", "due-now");
    say(due.later ? `(${number.format(due.later)} later)` : "", "due-later");
  } catch (error) {
    say(error.message);
  }
}

// --- one URL

async function explain(event) {
  event.preventDefault();
  say("asking", "explain-said");
  $("explained").replaceChildren();
  try {
    const answer = await fetch(`/explain?format=text&url=${encodeURIComponent($("url").value.trim())}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(JSON.parse(text).error);
    const [url, ...facts] = text.trimEnd().split("\n");
    say(url, "explain-said");
    $("explained").replaceChildren(...facts.flatMap(fact => {
      const visit = fact.startsWith("    ");  // one of the list below "visits"
      return [made("dt", visit ? "" : fact.slice(2, 12).trim()), made("dd", visit ? fact.trim() : fact.slice(12))];
    }));
  } catch (error) {
    say(error.message, "explain-said");
  }
}

// --- SQL

const QUESTIONS = [
  ["Newest pages", "SELECT url, title, words, fetched_at FROM pages ORDER BY fetched_ms DESC LIMIT 50"],
  ["Broken links", "SELECT source, target, status, outcome, anchor FROM broken_links LIMIT 200"],
  ["Errors by host", "SELECT host, outcome, status, count(*) AS visits, max(detail) AS example FROM errors GROUP BY 1, 2, 3 ORDER BY visits DESC LIMIT 100"],
  ["Slow hosts", "SELECT host, answers, first_byte_ms, first_byte_max_ms, delay_ms FROM hosts ORDER BY first_byte_ms DESC LIMIT 50"],
  ["What was left out, and why", "SELECT reason, rule, sum(urls) AS urls, count(*) AS hosts FROM skip_counts GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100"],
  ["Redirects", "SELECT source, target, status FROM redirects LIMIT 100"],
  ["The same content at several addresses", "SELECT content_hash, copies, url FROM duplicates ORDER BY copies DESC, content_hash LIMIT 100"],
  ["What comes next, where most waits", "SELECT url, host, priority, due_at, attempts FROM queue WHERE host = (SELECT host FROM hosts ORDER BY queued DESC LIMIT 1) AND priority IS NOT NULL ORDER BY priority, seq LIMIT 100"],
  ["What is visited again next", "SELECT url, host, due_at, interval_ms FROM queue WHERE priority IS NULL ORDER BY due_ms LIMIT 100"],
  ["Runs", "SELECT started_at, ended_at, end_reason, version, pages FROM runs ORDER BY started_at DESC LIMIT 50"],
];

// Each with the rows that its report has, to be changed at will.
async function reports() {
  const group = made("optgroup");
  group.label = "Reports";
  try {
    for (const report of (await ask("/reports")).reports) {
      const option = made("option", `${report.name}: ${report.sentence}`);
      option.value = report.sql;
      group.append(option);
    }
    $("canned").append(group);
  } catch (error) {
    say(error.message, "sql-said");
  }
}

async function run(event) {
  event.preventDefault();
  say("asking", "sql-said");
  try {
    const began = performance.now(), answer = await ask("/sql", {sql: $("sql").value});
    table("rows", answer.columns, answer.rows);
    say(`${answer.rows.length} rows in ${Math.round(performance.now() - began)} ms${answer.more ? "; there are more" : ""}`, "sql-said");
  } catch (error) {
    say(error.message, "sql-said");
    $("rows").replaceChildren();
  }
}

// --- start

async function start() {
  chart("rate", ["pages", "errors"], round);
  chart("bytes", ["bytes"], bytes);
  chart("stages", ["fetched", "parsed and stored"], round);
  chart("queue", ["queued", "known"], round);
  chart("due-hours", ["URLs"], round, "bar");
  chart("due-days", ["URLs"], round, "bar");
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  const questions = made("optgroup");
  questions.label = "Questions";
  for (const [name, sql] of QUESTIONS) {
    const option = made("option", name);
    option.value = sql;
    questions.append(option);
  }
  $("canned").append(questions);
  $("canned").onchange = () => { $("sql").value = $("canned").value; };
  $("canned").onchange();
  $("ask").onsubmit = run;
  $("explain").onsubmit = explain;
  $("filter").oninput = lookAtHosts;
  $("pause").onclick = () => act(state === "paused" ? "/resume" : "/pause", {}, answer => answer.paused ? "the crawl pauses" : "the crawl goes on");
  $("reload").onclick = () => act("/reload", {}, answer => answer.lines.join("; ") || "nothing has changed");
  try {
    samples.push(...(await ask("/history")).samples);
  } catch (error) {
    say(error.message);
  }
  listen();
  await Promise.all([look(), calendar(), reports()]);
  setInterval(look, SLOW);
  setInterval(calendar, 6 * SLOW);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { draw(); look(); } });
}

start();
