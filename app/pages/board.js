// The board: asks the service every two seconds while somebody looks, and counts every second.

import * as api from "./api.js";
import { make, mark, say, show } from "./dom.js";
import * as lead from "./lead.js";
import {
  drawBreached, drawFigures, drawFirstSteps, drawHealth, drawLeads, drawMessages, drawPeople,
  drawRunning, isOpen, waiting,
} from "./panels.js";
import { at, nameOf } from "./words.js";

const EVERY = 2000;
const MOST_PAGES = 4;
const MOST_STRANGERS = 10;

const byId = (id) => document.getElementById(id);

/** What the service said last. */
const seen = {
  clocks: [],
  newest: null,
  leads: new Map(),
  messages: [],
  people: null,
  name: (id) => seen.people?.find((each) => each.id === id)?.name ?? id,
};

let lastHeard = null;
let pastHistory = "";
let alerted = null;
let timer = null;
let asking = null;

// ── Asking ──────────────────────────────────────────────────────────────────────────

/** A part that this key may not see is no trouble: its place says so. */
async function allowed(question) {
  try {
    return await question;
  } catch (error) {
    if (error.status === 403) return null;
    throw error;
  }
}

async function ask() {
  const [running, breached, newest, messages, people, ready] = await Promise.all([
    api.get("v1/sla?state=running&limit=500"),
    missed(),
    api.get("v1/leads?limit=100"),
    api.get("v1/messages?limit=50"),
    allowed(api.get("v1/agents")),
    api.get("readyz"),
  ]);
  seen.clocks = [...running.items, ...breached];
  seen.newest = newest.items;
  seen.messages = messages.items;
  seen.people = people?.items ?? null;
  for (const each of newest.items) seen.leads.set(each.id, each);
  await meetStrangers(newest.items);
  drawHealth(ready);
}

/**
 * Breached clocks come oldest first, and most of them are history that was answered late.
 * Whole pages of history are passed over from then on.
 */
async function missed() {
  const found = [];
  let cursor = pastHistory;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await api.get(`v1/sla?state=breached&limit=500${cursor ? `&cursor=${cursor}` : ""}`);
    found.push(...answer.items);
    if (!answer.next_cursor) break;
    const isHistory = answer.items.every((each) => each.responded_at || !isOpen(seen.leads.get(each.lead_id)));
    if (isHistory && cursor === pastHistory) pastHistory = answer.next_cursor;
    cursor = answer.next_cursor;
  }
  return found;
}

/** Clocks name leads that are not among the newest: a few of those are asked for each time. */
async function meetStrangers(newest) {
  const fresh = new Set(newest.map((each) => each.id));
  const wanted = new Set(seen.clocks.filter((each) => !each.responded_at).map((each) => each.lead_id));
  const strangers = [...wanted].filter((id) => !fresh.has(id));
  const unknown = strangers.filter((id) => !seen.leads.has(id));
  const known = strangers.filter((id) => seen.leads.has(id)).sort(() => Math.random() - 0.5);
  for (const id of [...seen.leads.keys()]) if (!fresh.has(id) && !wanted.has(id)) seen.leads.delete(id);
  await Promise.all([...unknown, ...known].slice(0, MOST_STRANGERS).map(async (id) => {
    const found = await api.get(`v1/leads/${id}`).catch((error) => {
      if (error.status === 404) return null;
      throw error;
    });
    if (found) seen.leads.set(id, found);
  }));
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden || !api.hasKey()) return;
  if (!asking) {
    asking = askOnce().finally(() => { asking = null; });
  }
  await asking;
  clearTimeout(timer);
  timer = setTimeout(poll, EVERY);
}

async function askOnce() {
  try {
    await ask();
    lastHeard = api.now();
    show(byId("trouble"), false);
    mark(document.body, "stale", "false");
    enter();
    await lead.load(seen);
  } catch (error) {
    if (!api.hasKey()) return;
    if (error.status === 401 || error.status === 403) turnAway(error);
    else complain(error);
  }
  draw();
}

// ── Showing ─────────────────────────────────────────────────────────────────────────

function draw() {
  const now = api.now();
  say(byId("now"), at(now, now));
  if (!seen.newest) return;
  const found = waiting(seen.clocks, seen.leads, now);
  drawFigures(found, seen);
  drawBreached(found.breached, seen, now);
  drawRunning(found.running, seen, now);
  drawLeads(seen.newest, seen, now);
  drawMessages(byId("messages"), seen.messages, seen, now);
  drawPeople(seen.people, now);
  drawFirstSteps(!seen.newest.length);
  lead.draw(seen);
  speak(found.breached);
}

/** New breaches are spoken once, and counted in the tab's title. */
function speak(breached) {
  const title = breached.length ? `(${breached.length}) Board · lead-router` : "Board · lead-router";
  if (document.title !== title) document.title = title;
  const fresh = alerted ? breached.filter((one) => !alerted.has(one.id)) : [];
  alerted = new Set(breached.map((one) => one.id));
  if (fresh.length) {
    const names = fresh.map((one) => (one.lead ? nameOf(one.lead) : "a lead"));
    say(byId("spoken"), `Breached: ${names.join(", ")}.`);
  }
}

function complain(error) {
  const since = lastHeard ? ` What you see is from ${at(lastHeard, api.now())}.` : "";
  const words = error instanceof api.Refused || error instanceof api.Unreachable
    ? error.message : "This page has a fault, and shows less than there is.";
  say(byId("trouble"), `${words}${since} Trying again.`);
  show(byId("trouble"), true);
  mark(document.body, "stale", "true");
  mark(byId("health"), "health", "away");
  say(byId("health-word"), "not reached");
  if (!(error instanceof api.Unreachable)) console.error(error);
}

// ── The key ─────────────────────────────────────────────────────────────────────────

function enter() {
  if (!byId("board").hidden) return;
  show(byId("gate"), false);
  show(byId("board"), true);
  show(byId("forget"), true);
  lead.follow(location.hash);
}

function turnAway(error) {
  api.keep(null);
  clearTimeout(timer);
  Object.assign(seen, { clocks: [], newest: null, leads: new Map(), messages: [], people: null });
  const dialog = byId("lead");
  if (dialog.open) dialog.close();
  show(byId("board"), false);
  show(byId("forget"), false);
  show(byId("gate"), true);
  show(byId("trouble"), false);
  show(byId("refused"), Boolean(error));
  say(byId("refused"), error ? error.message : "");
  mark(byId("health"), "health", "asking");
  say(byId("health-word"), "not signed in");
  say(byId("strip-summary"), "Everything here needs a key.");
  byId("strip-list").replaceChildren(make("li", {}, "Whether the service is ready is also at /readyz, without a key."));
  byId("key").focus();
}

/** A key in the address is taken, and removed before anybody can copy or bookmark it. */
function takeKeyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!given) return false;
  api.keep(given);
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}

function moved() {
  if (takeKeyFromAddress()) poll();
  else if (!byId("board").hidden && lead.follow(location.hash)) lead.load(seen);
}

function start() {
  takeKeyFromAddress();
  lead.wire();
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    api.keep(byId("key").value.trim());
    byId("key").value = "";
    poll();
  });
  byId("forget").addEventListener("click", () => turnAway(null));
  addEventListener("hashchange", moved);
  document.addEventListener("visibilitychange", poll);
  setInterval(() => { if (!document.hidden) draw(); }, 1000);
  if (api.hasKey()) poll();
  else turnAway(null);
}

start();
