// The five lists of the board, from what the service answered last.

import { list, make, mark, say, show } from "./dom.js";
import {
  KIND_OF_MESSAGE, STATUS, STATUS_OF_MESSAGE, at, clock, homeOf, listed, nameOf, nobodys,
} from "./words.js";

const MOST_ROWS = 100;
const PUT_OUT = new Set(["converted", "lost", "spam"]);

const byId = (id) => document.getElementById(id);
const until = (each, now) => (Date.parse(each.due_at) - now) / 1000;

/** A fifth or less of the time is left: the service's own rule for `at_risk`. */
export function isAtRisk(each, now) {
  const whole = Date.parse(each.due_at) - Date.parse(each.started_at);
  return (Date.parse(each.due_at) - now) * 5 <= whole;
}

export function isOpen(lead) {
  return !lead || !(PUT_OUT.has(lead.status) || lead.erased_at);
}

/**
 * Each lead once, with its clocks: missed promises that still want an answer, and what runs.
 * A reminder that found nobody fast enough is no broken promise, so it alone breaks none.
 */
export function waiting(clocks, leads, now) {
  const found = new Map();
  for (const each of clocks) {
    const lead = leads.get(each.lead_id);
    if (each.responded_at || !isOpen(lead)) continue;
    const one = found.get(each.lead_id) ?? { id: each.lead_id, lead, late: [], ahead: [], owner: each.owner };
    found.set(each.lead_id, one);
    if (until(each, now) > 0) one.ahead.push(each);
    else if (each.action === "escalate") one.late.push(each);
  }
  for (const one of found.values()) {
    one.late.sort((a, b) => Date.parse(b.due_at) - Date.parse(a.due_at));
    one.ahead.sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
  }
  const all = [...found.values()];
  const firstLate = (one) => Date.parse(one.late.at(-1).due_at);
  const breached = all.filter((one) => one.late.length).sort((a, b) => firstLate(b) - firstLate(a));
  const running = all
    .filter((one) => !one.late.length && one.ahead.length)
    .map((one) => ({ ...one, risk: isAtRisk(one.ahead[0], now) }))
    .sort((a, b) => b.risk - a.risk || until(a.ahead[0], now) - until(b.ahead[0], now));
  return { breached, running };
}

export function drawFigures({ breached, running }, seen) {
  const risk = running.filter((one) => one.risk).length;
  const onDuty = seen.people?.filter((each) => each.available).length;
  say(byId("count-breached"), String(breached.length));
  say(byId("count-risk"), String(risk));
  say(byId("count-running"), String(running.length - risk));
  say(byId("count-unowned"), String([...breached, ...running].filter((one) => !one.owner).length));
  say(byId("count-people"), seen.people ? `${onDuty} of ${seen.people.length}` : "–");
  for (const [id, count] of [["count-breached", breached.length], ["count-risk", risk]]) {
    mark(byId(id).parentElement, "any", String(count > 0));
  }
}

// ── Clocks ──────────────────────────────────────────────────────────────────────────

function clockRow(one) {
  const row = make("li.row");
  const link = make("a.row-link", { href: `#${one.id}` });
  const head = make("span.row-head", {}, make("span.tag"), make("strong.who"), make("span.big"));
  link.append(head, make("span.bar", { "aria-hidden": "true" }, make("span")), make("span.about"), make("span.about.told"));
  row.append(link);
  return row;
}

function fillClockRow(row, one, seen, { state, tag, big, said, left }) {
  mark(row, "state", state);
  say(row.querySelector(".tag"), tag);
  say(row.querySelector(".who"), one.lead ? nameOf(one.lead) : "…");
  say(row.querySelector(".big"), big);
  say(row.querySelector(".about"), aboutLead(one.lead, one.owner, seen));
  say(row.querySelector(".told"), said);
  row.querySelector(".bar").firstElementChild.style.setProperty("--left", left.toFixed(3));
}

function aboutLead(lead, owner, seen) {
  return [owner ? seen.name(owner) : nobodys(lead, seen), lead && homeOf(lead), lead?.source].filter(Boolean).join(" · ");
}

export function drawBreached(breached, seen, now) {
  list(byId("breached"), breached.slice(0, MOST_ROWS), {
    key: (one) => one.id,
    build: clockRow,
    update: (row, one) => fillClockRow(row, one, seen, {
      state: "breached",
      tag: "Breached",
      big: `+${clock(-until(one.late.at(-1), now))}`,
      said: saidSoFar(one, seen, now),
      left: 0,
    }),
    nothing: "Nobody is waiting longer than promised.",
  });
}

/** Whom an escalation told, each once: `Maria Sole (push, sms)`. */
export function told(escalations, seen) {
  const ways = new Map();
  for (const each of escalations) {
    const arrived = each.status === "sent" || each.status === "delivered";
    const way = arrived ? each.channel : `${each.channel}: ${STATUS_OF_MESSAGE[each.status] ?? each.status}`;
    ways.set(each.to, [...(ways.get(each.to) ?? []), way]);
  }
  return listed([...ways].map(([who, by]) => `${seen.name(who)} (${by.join(", ")})`));
}

/** Who was told of the latest missed step, and what happens next. */
function saidSoFar(one, seen, now) {
  const last = one.late[0];
  const people = told(last.escalations, seen);
  const heard = last.escalations.find((each) => each.acknowledged_at);
  const next = one.ahead[0];
  return [
    people ? `“${last.step}” told ${people}` : `“${last.step}” told nobody yet`,
    heard && `${seen.name(heard.to)} has it`,
    next && `“${next.step}” in ${clock(until(next, now))}`,
  ].filter(Boolean).join(" · ");
}

export function drawRunning(running, seen, now) {
  list(byId("running"), running.slice(0, MOST_ROWS), {
    key: (one) => one.id,
    build: clockRow,
    update: (row, one) => {
      const next = one.ahead[0];
      const left = until(next, now);
      const whole = (Date.parse(next.due_at) - Date.parse(next.started_at)) / 1000;
      const promise = one.ahead.find((each) => each.action === "escalate");
      const then = next.action === "remind" && promise
        ? `escalation “${promise.step}” in ${clock(until(promise, now))}` : null;
      fillClockRow(row, one, seen, {
        state: one.risk ? "risk" : "running",
        tag: one.risk ? "At risk" : "In time",
        big: clock(Math.ceil(left)),
        said: [`until ${next.action === "remind" ? "reminder" : "escalation"} “${next.step}”`, then].filter(Boolean).join(" · "),
        left: whole > 0 ? left / whole : 0,
      });
    },
    nothing: "No clock is running.",
  });
}

// ── Leads ───────────────────────────────────────────────────────────────────────────

export function drawLeads(leads, seen, now) {
  list(byId("leads"), leads.slice(0, 50), {
    key: (lead) => lead.id,
    build: (lead) => {
      const head = make("span.row-head", {}, make("strong.who"), make("span.waits"));
      return make("li.row", {}, make("a.row-link", { href: `#${lead.id}` }, head, make("span.about"), make("span.about.told")));
    },
    update: (row, lead) => {
      say(row.querySelector(".who"), nameOf(lead));
      say(row.querySelector(".waits"), waits(lead, now));
      mark(row, "state", lead.status === "new" ? "new" : "done");
      say(row.querySelector(".about"), [homeOf(lead), lead.source].filter(Boolean).join(" · "));
      say(row.querySelector(".told"), [STATUS[lead.status], owned(lead, seen), `came ${at(lead.received_at, now)}`].join(" · "));
    },
    nothing: "No lead has come yet.",
  });
}

function owned(lead, seen) {
  if (!lead.owner) return lead.status === "spam" ? "not routed" : nobodys(lead, seen);
  return lead.acknowledged_at && lead.status === "new" ? `${seen.name(lead.owner)} has it` : seen.name(lead.owner);
}

function waits(lead, now) {
  if (lead.status === "new") return `waits ${clock((now - Date.parse(lead.last_inquiry_at)) / 1000)}`;
  if (lead.first_response_at) {
    const after = (Date.parse(lead.first_response_at) - Date.parse(lead.received_at)) / 1000;
    return `answered after ${clock(after)}`;
  }
  return "";
}

// ── Messages ────────────────────────────────────────────────────────────────────────

export function drawMessages(container, messages, seen, now) {
  list(container, messages, {
    key: (each) => each.id,
    build: () => make("li.row.message", {}, make("details", {},
      make("summary", {},
        make("span.row-head", {}, make("strong.who"), make("span.tag"), make("span.waits")),
        make("span.about")),
      make("p.reason"),
      make("pre.words"),
      make("a.open", {}, "Open the lead"))),
    update: (row, each) => fillMessage(row, each, seen, now),
    nothing: "No message yet.",
  });
}

function fillMessage(row, each, seen, now) {
  const lead = seen.leads.get(each.lead_id);
  const to = each.to === "lead" ? (lead ? nameOf(lead) : "the person who asked") : seen.name(each.to);
  mark(row, "state", each.sandbox ? "sandbox" : each.status);
  say(row.querySelector(".who"), to);
  say(row.querySelector(".tag"), each.sandbox ? "sandbox" : STATUS_OF_MESSAGE[each.status]);
  say(row.querySelector(".waits"), at(each.sent_at ?? each.not_before ?? each.created_at, now));
  const about = [`${KIND_OF_MESSAGE[each.kind] ?? each.kind}, ${each.channel}`, each.subject].filter(Boolean);
  say(row.querySelector(".about"), about.join(" · "));
  say(row.querySelector(".reason"), reasonOf(each));
  show(row.querySelector(".reason"), reasonOf(each) !== "");
  say(row.querySelector(".words"), each.body ?? "Nothing was written yet.");
  const open = row.querySelector(".open");
  show(open, Boolean(each.lead_id));
  if (each.lead_id) open.href = `#${each.lead_id}`;
}

function reasonOf(each) {
  if (each.sandbox) return "Kept here and sent to nobody: this channel is not set up.";
  const tries = each.attempts > 1 ? ` (${each.attempts} tries)` : "";
  return each.reason ? `${each.reason}${tries}` : "";
}

// ── People ──────────────────────────────────────────────────────────────────────────

export function drawPeople(people, now) {
  list(byId("people"), people ?? [], {
    key: (each) => each.id,
    build: () => make("li.row.person", {},
      make("span.row-head", {}, make("strong.who"), make("span.tag"), make("span.waits")),
      make("span.about")),
    update: (row, each) => {
      mark(row, "state", each.available ? "there" : "away");
      say(row.querySelector(".who"), each.name);
      say(row.querySelector(".tag"), each.available ? "on duty" : "away");
      say(row.querySelector(".waits"), load(each));
      const more = [each.role, each.teams.join(", "), each.available ? null : each.why, each.until && `until ${at(each.until, now)}`];
      say(row.querySelector(".about"), more.filter(Boolean).join(" · "));
    },
    nothing: people ? "The config names nobody." : "This key may not see people.",
  });
}

function load(each) {
  const limit = each.capacity.open === null ? "" : ` of ${each.capacity.open}`;
  return `${each.open_leads}${limit} open · ${each.taken_today} today`;
}

// ── How the service is ──────────────────────────────────────────────────────────────

export function drawHealth(ready) {
  mark(byId("health"), "health", ready.status);
  say(byId("health-word"), ready.status);
  const troubles = Object.entries(ready.troubles).map(([name, text]) => `${name.replaceAll("_", " ")}: ${text}`);
  const sandboxes = Object.entries(ready.sandboxes);
  const off = Object.entries(ready.sources_off);
  const summary = [
    troubles.length ? `${troubles.length === 1 ? "One trouble" : `${troubles.length} troubles`}` : "Promises are being kept",
    sandboxes.length ? `${listed(sandboxes.map(([name]) => name))} ${sandboxes.length === 1 ? "is a sandbox" : "are sandboxes"}` : "every channel is set up",
    off.length ? `${listed(off.map(([name]) => name))} ${off.length === 1 ? "is" : "are"} off` : null,
  ];
  say(byId("strip-summary"), `${summary.filter(Boolean).join("; ")}.`);
  const lines = [
    ...troubles.map((text) => ["trouble", text]),
    ...sandboxes.map(([name, why]) => ["sandbox", `${name} sends nothing, its messages are kept here: ${why}`]),
    ...off.map(([name, why]) => ["off", `source ${name} takes no deliveries: ${why}`]),
    ...ready.subscribers_off.map((name) => ["off", `subscriber ${name}`]),
  ];
  list(byId("strip-list"), lines, {
    key: ([what, text]) => `${what} ${text}`,
    build: () => make("li"),
    update: (row, [what, text]) => {
      mark(row, "what", what);
      say(row, text);
    },
    nothing: "Nothing is off, and no channel is a sandbox.",
  });
}

export function drawFirstSteps(isEmpty) {
  show(byId("empty"), isEmpty);
  const here = new URL(".", location.href).href.replace(/\/$/, "");
  say(byId("first-form"), `curl ${here}/webhooks/website/demo-website-secret \\\n  -d name='Grace Kim' -d email=grace@example.com -d message='Can I see it?'`);
  say(byId("first-json"), `curl ${here}/v1/leads -H 'Authorization: Bearer YOUR-KEY' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"source": "by-hand", "first_name": "Grace", "email": "grace@example.com"}'`);
}
