// Talks to the service: with the key, with a limit to its patience, and with errors in words.

const STORED_AS = "lead-router.key";
const PATIENCE = 8000;

let key = stored();
let ahead = 0;

function stored() {
  try {
    return sessionStorage.getItem(STORED_AS);
  } catch {
    return null; // Storage may be forbidden: the key then lives as long as the page.
  }
}

export function hasKey() {
  return Boolean(key);
}

export function keep(given) {
  key = given;
  try {
    if (given) sessionStorage.setItem(STORED_AS, given);
    else sessionStorage.removeItem(STORED_AS);
  } catch {
    /* As above. */
  }
}

/** The service's own time: a desk whose clock is wrong must not see wrong deadlines. */
export function now() {
  return Date.now() + ahead;
}

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export class Unreachable extends Error {}

export function get(path) {
  return call(path, {});
}

export function post(path, body) {
  return call(path, { method: "POST", body: JSON.stringify(body) });
}

async function call(path, options) {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  let answer;
  let body;
  try {
    answer = await fetch(path, {
      ...options, headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
    });
    follow(answer.headers.get("Date"));
    body = await answer.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Unreachable("Something else answers at this address.");
    throw new Unreachable("The service does not answer.");
  }
  // /readyz says what is wrong by a 503 with a body like any other.
  if (!answer.ok && !(path === "readyz" && body.status)) {
    throw new Refused(answer.status, inWords(answer.status, body));
  }
  return body;
}

/** The header counts whole seconds, so a difference of less than two is none. */
function follow(date) {
  const theirs = Date.parse(date ?? "") + 500;
  if (Number.isNaN(theirs)) return;
  const difference = theirs - Date.now();
  ahead = Math.abs(difference) < 2000 ? 0 : difference;
}

function inWords(status, body) {
  if (status === 401) return "This key is not accepted. It may have been mistyped or revoked.";
  if (status === 503) return "The service cannot reach its database right now. Nothing is lost.";
  return body.detail ?? body.title ?? `The service answered ${status}.`;
}
