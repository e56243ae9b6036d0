// The service's states and figures, in words for people.

export const STATUS = {
  new: "new",
  attempted: "attempted",
  contacted: "in contact",
  appointment: "appointment made",
  converted: "converted",
  lost: "lost",
  spam: "spam",
};

export const KIND_OF_MESSAGE = {
  auto_response: "greeting",
  owner_alert: "alert to the owner",
  notice: "notice of what became of it",
  reminder: "reminder",
  escalation: "escalation",
  follow_up: "follow-up",
  handshake: "handshake",
  alert: "alert about a source or a schedule",
};

export const STATUS_OF_MESSAGE = {
  queued: "waiting to leave",
  deferred: "later",
  sending: "leaving now",
  sent: "sent",
  delivered: "delivered",
  unknown: "may or may not have arrived",
  failed: "failed",
  suppressed: "not sent, on purpose",
};

export const FACT = {
  "lead.received": "Asked",
  "lead.updated": "Asked again",
  "lead.assigned": "Given to somebody",
  "lead.offered": "Offered to whoever claims it first",
  "lead.unassigned": "Nobody could take it",
  "lead.kept": "Stays with its owner",
  "lead.declined": "Declined",
  "lead.turn_returned": "Turn given back",
  "lead.acknowledged": "“I have it”",
  "lead.attempted": "Tried to reach the person",
  "lead.responded": "First response",
  "lead.status_changed": "Moved along",
  "lead.erased": "Personal data erased",
  "sla.started": "Clocks started",
  "sla.met": "Clocks stopped",
  "sla.reminded": "Reminder is due",
  "sla.breached": "Deadline missed",
  "sla.cancelled": "Clocks cancelled",
  "escalation.sent": "Escalation sent",
  "escalation.acknowledged": "Escalation acknowledged",
  "message.sent": "Message sent",
  "message.failed": "Message failed",
  "message.suppressed": "Message withheld",
  "message.unknown": "Message may or may not have arrived",
};

/** Of a lead that has no owner: who may claim it, if it is offered to some. */
export function nobodys(lead, seen) {
  const some = lead?.offered_to ?? [];
  return some.length ? `offered to ${some.map((each) => seen.name(each)).join(", ")}` : "nobody’s yet";
}

const WHY = {
  chosen: "chosen",
  later_turn: "others’ turn came first",
  more_open_leads: "has more open leads",
  not_preferred: "somebody fitted better",
  off_shift: "off shift",
  paused: "switched off",
  at_capacity_open: "has as many open leads as they take",
  at_capacity_today: "had as many leads today as they take",
  not_in_zip: "does not serve this zip",
  not_in_config: "is no longer in the config",
};

/** A reason code such as `lacks_language:es`, as words. */
export function why(code) {
  if (WHY[code]) return WHY[code];
  const [what, ...rest] = code.split(":");
  const words = what.replaceAll("_", " ");
  return rest.length ? `${words} ${rest.join(":")}` : words;
}

export function nameOf(lead) {
  const name = [lead.first_name, lead.last_name].filter(Boolean).join(" ");
  if (name) return name;
  if (lead.erased_at) return "Erased";
  return lead.email ?? lead.phone ?? "No name";
}

export function homeOf(lead) {
  const { address, city, zip, price } = lead.property ?? {};
  return [address ?? city ?? zip, money(price)].filter(Boolean).join(", ");
}

function money(price) {
  return Number.isFinite(price) ? price.toLocaleString("en-US") : null;
}

/** `75` becomes `1:15`, `3700` becomes `1:01:40`, days are said in words. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86400);
  if (days >= 1) return `${days} d ${Math.floor((whole % 86400) / 3600)} h`;
  const pad = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});

/** An instant in the reader's own time: the time of day, with the date when it is long ago. */
export function at(instant, now) {
  const date = new Date(instant);
  return (Math.abs(now - date) < 43200e3 ? TIME : DAY).format(date);
}

export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
