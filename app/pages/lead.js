// One lead, opened: who it is, how its clocks stand, why this owner, what was said.

import * as api from "./api.js";
import { fill, make, say, show, theirs } from "./dom.js";
import { drawMessages, told } from "./panels.js";
import { FACT, STATUS, at, clock, homeOf, nameOf, nobodys, why } from "./words.js";

const byId = (id) => document.getElementById(id);
const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let opened = null;
let held = null;

/** Open or close what the address says: `#<lead id>`. */
export function follow(hash) {
  const id = hash.replace(/^#/, "").toLowerCase();
  const dialog = byId("lead");
  if (!IS_ID.test(id)) {
    opened = held = null;
    if (dialog.open) dialog.close();
    return null;
  }
  if (id !== opened) {
    opened = id;
    held = null;
    say(byId("lead-name"), "…");
    byId("lead-body").replaceChildren();
    show(byId("lead-trouble"), false);
  }
  if (!dialog.open) dialog.showModal();
  byId("lead-name").focus();
  return id;
}

export async function load(seen) {
  if (!opened) return;
  const id = opened;
  try {
    const [lead, timeline, decisions, messages] = await Promise.all([
      api.get(`v1/leads/${id}`),
      api.get(`v1/leads/${id}/timeline`),
      api.get(`v1/leads/${id}/decisions`),
      api.get(`v1/messages?lead_id=${id}&limit=100`),
    ]);
    if (id !== opened) return;
    held = { lead, timeline: timeline.items, decisions: decisions.items, messages: messages.items };
    show(byId("lead-trouble"), false);
    draw(seen);
  } catch (error) {
    if (id !== opened || error.status === 401) return;
    complain(error.status === 404 ? "There is no such lead, or this key may not see it." : error.message);
    if (!held) say(byId("lead-name"), "Not shown");
  }
}

function complain(text) {
  say(byId("lead-trouble"), text);
  show(byId("lead-trouble"), true);
}

export function draw(seen) {
  if (!held) return;
  const { lead } = held;
  const now = api.now();
  const body = byId("lead-body");
  if (!body.childElementCount) build(body, seen);
  say(byId("lead-name"), nameOf(lead));
  fill(body.querySelector(".facts"), ...person(lead, seen, now));
  fill(body.querySelector(".asked"), lead.message ? theirs(lead.message) : null);
  show(body.querySelector(".asked"), Boolean(lead.message));
  fill(body.querySelector(".clocks"), ...lead.sla.map((each) => clockLine(each, seen, now)));
  fill(body.querySelector(".decisions"), ...held.decisions.toReversed().map((each) => decision(each, seen, now)));
  drawMessages(body.querySelector(".messages"), held.messages, seen, now);
  fill(body.querySelector(".timeline"), ...held.timeline.toReversed().map((each) => fact(each, seen, now)));
  show(body.querySelector(".acts"), !lead.closed_at && !lead.erased_at);
  show(body.querySelector(".claim"), !lead.owner);
}

function build(body, seen) {
  body.append(
    make("dl.facts"),
    make("blockquote.asked"),
    acts(seen),
    part("Clocks", make("ul.clocks")),
    part("Why this owner", make("div.decisions")),
    part("Messages", make("ul.rows.messages")),
    part("Timeline", make("ol.timeline")),
  );
}

function part(title, content) {
  return make("section", {}, make("h3", {}, title), content);
}

// ── Who it is ───────────────────────────────────────────────────────────────────────

function person(lead, seen, now) {
  const dates = lead.last_inquiry_at === lead.received_at ? at(lead.received_at, now)
    : `${at(lead.received_at, now)}, again ${at(lead.last_inquiry_at, now)}`;
  return [
    ["Status", `${STATUS[lead.status]}${lead.spam ? `: ${lead.spam}` : ""}`],
    ["Owner", lead.owner ? `${seen.name(lead.owner)}${lead.acknowledged_at ? ", has it" : ""}` : nobodys(lead, seen)],
    ["Phone", phone(lead.phone)],
    ["E-mail", mail(lead.email)],
    ["Home", homeOf(lead)],
    ["Wants", lead.kind === "unknown" ? null : lead.kind],
    ["Language", lead.language],
    ["Source", [lead.source, lead.medium, lead.campaign?.name].filter(Boolean).join(", ")],
    ["Came", dates],
  ].filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value instanceof Node ? value : theirs(value))));
}

function phone(number) {
  if (!number) return null;
  return /^\+\d{5,15}$/.test(number) ? make("a", { href: `tel:${number}` }, number) : theirs(number);
}

function mail(address) {
  return address ? make("a", { href: `mailto:${encodeURIComponent(address)}` }, theirs(address)) : null;
}

// ── What can be done ────────────────────────────────────────────────────────────────

const ATTEMPTS = [["connected", "We spoke"], ["no_answer", "Called, no answer"], ["voicemail", "Left a voicemail"]];

function acts(seen) {
  const by = make("select", { id: "by" }, ...people(seen));
  const likely = held.lead.owner ?? held.lead.offered_to[0];
  if (likely) by.value = likely;
  const buttons = ATTEMPTS.map(([outcome, words]) => {
    const button = make("button", { type: "button" }, words);
    button.addEventListener("click", () => record(seen, "attempts", { channel: "call", outcome, by: by.value }));
    return button;
  });
  const claim = make("button.claim", { type: "button" }, "Claim it");
  claim.addEventListener("click", () => record(seen, "claim", { by: by.value }));
  return make("fieldset.acts", {}, make("legend", {}, "Log an attempt"), make("label", { for: "by" }, "by"), by, ...buttons, claim);
}

function people(seen) {
  const known = seen.people ?? [];
  const owner = held.lead.owner;
  const all = known.some((each) => each.id === owner) || !owner ? known : [{ id: owner, name: owner }, ...known];
  return all.map((each) => make("option", { value: each.id }, each.name));
}

async function record(seen, what, said) {
  const set = byId("lead-body").querySelector(".acts");
  set.disabled = true;
  try {
    await api.post(`v1/leads/${opened}/${what}`, said);
    say(byId("spoken"), "Recorded.");
    await load(seen);
  } catch (error) {
    complain(error.status === 403 ? "This key may read, but not change a lead." : error.message);
  } finally {
    set.disabled = false;
  }
}

// ── How its clocks stand ────────────────────────────────────────────────────────────

function clockLine(each, seen, now) {
  const left = (Date.parse(each.due_at) - now) / 1000;
  const isLate = each.state === "breached" || (each.state === "running" && left <= 0);
  const state = each.action === "remind" && isLate ? "reminded" : isLate ? "breached" : each.state;
  const line = make("li", { "data-state": state },
    make("span.tag", {}, state), make("strong", {}, each.step), " ", clockWords(each, state, left, now));
  if (each.escalations.length) {
    const heard = each.escalations.find((one) => one.acknowledged_at);
    const words = `told ${told(each.escalations, seen)}${heard ? `; ${seen.name(heard.to)} has it` : ""}`;
    line.append(make("span.about", {}, words));
  }
  return line;
}

function clockWords(each, state, left, now) {
  if (state === "running") return `in ${clock(Math.ceil(left))}, at ${at(each.due_at, now)}`;
  if (each.responded_at) {
    const after = (Date.parse(each.responded_at) - Date.parse(each.started_at)) / 1000;
    return `was due ${at(each.due_at, now)}; answered after ${clock(after)}`;
  }
  return `was due ${at(each.due_at, now)}`;
}

// ── Why this owner ──────────────────────────────────────────────────────────────────

function decision(each, seen, now) {
  const tried = (each.trail ?? []).filter((rule) => rule.why_not);
  return make("div.decision", {},
    make("p", {}, make("strong", {}, each.owner ? seen.name(each.owner) : "Nobody"), ` · ${at(each.at, now)} · config version ${each.config_version}`),
    make("p.about", {}, each.reason ?? ""),
    make("ul.candidates", {}, ...(each.candidates ?? []).map((one) => make("li", { "data-chosen": String(one.chosen) },
      make("span.mark", { "aria-hidden": "true" }, one.chosen ? "✓" : "–"), make("strong", {}, seen.name(one.agent)), ` ${one.why.map(why).join(", ")}`))),
    tried.length ? make("p.about", {}, `Rules passed over: ${tried.map((rule) => `${rule.rule} (${rule.why_not})`).join("; ")}.`) : null);
}

// ── What happened ───────────────────────────────────────────────────────────────────

function fact(each, seen, now) {
  const line = make("li", {}, make("time", { datetime: each.at }, at(each.at, now)), make("strong", {}, factName(each)));
  const words = factWords(each, seen);
  if (words) line.append(make("span.about", {}, theirs(words)));
  return line;
}

/** What a sandbox keeps was sent to nobody, whatever the fact is called. */
function factName({ type, data }) {
  const isKept = String(data.reason ?? "").startsWith("kept in the sandbox");
  return isKept ? `${type === "escalation.sent" ? "Escalation" : "Message"} kept in the sandbox` : FACT[type] ?? type;
}

function factWords({ type, actor, data }, seen) {
  const by = actor === "system" ? null : `by ${seen.name(actor)}`;
  const heard = told((data.told ?? []).map((one) => ({ ...one, status: "sent" })), seen);
  const parts = [
    type === "lead.assigned" && data.owner ? `to ${seen.name(data.owner)}` : null,
    data.from && data.to ? `from ${data.from} to ${data.to}` : null,
    data.channel && data.to ? `to ${data.to === "lead" ? "the person" : seen.name(data.to)} by ${data.channel}` : null,
    data.outcome ? `${data.channel}: ${data.outcome.replace("_", " ")}` : null,
    data.step ?? (data.steps ?? []).join(", "),
    heard ? `told ${heard}` : null,
    data.note ? `“${data.note}”` : null,
    String(data.reason ?? "").startsWith("kept in the sandbox") ? null : data.reason,
    by,
  ];
  return parts.filter(Boolean).join(" · ");
}

export function wire() {
  const dialog = byId("lead");
  const leave = () => {
    if (location.hash) history.pushState(null, "", location.pathname + location.search);
    follow("");
  };
  byId("lead-close").addEventListener("click", leave);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) leave();
  });
}

