"""One element of a document, its text crossed off as it is read: what is left is kept, too."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from app.sources.normalise import texts


@dataclass(slots=True)
class Element:
    """One element. Names are without their namespace, and in lower case."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: list["str | Element"] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)
    """The elements among its content."""
    is_read: bool = False
    """Its own text has found its place, and is not left over."""

    def add(self, child: "Element") -> None:
        self.content.append(child)
        self.children.append(child)

    @property
    def text(self) -> str:
        """Its own text, without that of elements inside."""
        return "".join(each for each in self.content if isinstance(each, str))

    def within(self, *names: str, but: Collection[str] = ()) -> Iterator["Element"]:
        """The elements of these names inside, in order; not those inside of `but`."""
        waiting = self.children[::-1]
        while waiting:
            each = waiting.pop()
            if each.name in names:
                yield each
            if each.children and each.name not in but:
                waiting += each.children[::-1]

    def line(self) -> str | None:
        """Cross off the text, as one line; `None` if it says nothing."""
        text = texts.line(self.text)
        self.is_read = self.is_read or text is not None
        return text

    def paragraphs(self) -> str | None:
        """Cross off the text and that of all elements inside, with its line breaks."""
        text = texts.paragraphs("".join(self.words()))
        if text is not None:
            self.cross_off()
        return text

    def words(self) -> Iterator[str]:
        for each in self.content:
            if isinstance(each, str):
                yield each
            else:
                yield "\n" if each.name in {"br", "p", "div", "li"} else ""
                yield from each.words()

    def cross_off(self) -> None:
        self.is_read = True
        for child in self.children:
            child.cross_off()


def lines(element: Element, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Our name → the text of the first element inside that has one of these names."""
    told: dict[str, str] = {}
    for ours, theirs in names.items():
        found = (each.line() for each in element.within(*theirs))
        text = next(filter(None, found), None)
        if text is not None:
            told[ours] = text
    return told


def everything(element: Element) -> list[str]:
    """All that stands in an element, whoever has read it: what makes it the same as another."""
    told = [element.name, *(text for pair in element.attributes.items() for text in pair)]
    for each in element.content:
        told += everything(each) if isinstance(each, Element) else (each.strip(),)
    return told


def left_over(element: Element) -> dict[str, str]:
    """What nobody read, by its path: `vehicle.make`, `customer.contact.phone.2@type`."""
    found: dict[str, str] = {}
    _gather(element, "", found)
    return found


def _gather(element: Element, path: str, found: dict[str, str]) -> None:
    for name, text in element.attributes.items():
        found[f"{path}@{name}" if path else name] = text
    words = None if element.is_read else texts.paragraphs(element.text.strip())
    if words:
        found[path or "text"] = words
    seen: dict[str, int] = {}
    for child in element.children:
        number = seen[child.name] = seen.get(child.name, 0) + 1
        name = child.name if number == 1 else f"{child.name}.{number}"
        _gather(child, f"{path}.{name}" if path else name, found)
