// Elements made from text. No HTML is ever parsed here: what a lead sent stays what it is.

/** An element: `make("p.hint", {id: "a"}, "some text", child)`. */
export function make(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Somebody else's words: their direction of writing does not disturb ours. */
export function theirs(text) {
  return make("bdi", {}, text);
}

/** Change a text only where it differs, so that nothing flickers and no selection is lost. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

export function show(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/**
 * Bring a list in line with `items`, keeping the element of each: focus, what is unfolded and
 * the place one has scrolled to survive. `build` makes an element, `update` fills it in.
 */
export function list(container, items, { key, build, update, nothing }) {
  const known = new Map([...container.children].map((each) => [each.dataset.key, each]));
  let place = container.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const element = known.get(name) ?? build(item);
    element.dataset.key = name;
    known.delete(name);
    update(element, item);
    if (element === place) place = place.nextElementSibling;
    else container.insertBefore(element, place);
  }
  for (const left of known.values()) if (left.dataset.key !== "nothing") left.remove();
  const hint = known.get("nothing");
  if (items.length) hint?.remove();
  else if (hint) say(hint, nothing);
  else container.append(make("li.nothing", { "data-key": "nothing" }, nothing));
}

/** Put new children into an element, unless they would look the same. */
export function fill(element, ...children) {
  const fresh = element.cloneNode(false);
  fresh.append(...children.filter(Boolean));
  if (!fresh.isEqualNode(element)) element.replaceChildren(...fresh.childNodes);
}
