"""Words that stand in name fields: those that name nobody, and those that name families."""

import re

NOBODY = frozenset(
    {
        *("n/a", "n.a.", "n/a n/a", "#n/a", "none", "none none", "null", "null null", "nil"),
        *("undefined", "undefined undefined", "(null)", "(none)", "unknown"),
        *("unknown unknown", "unknown caller", "unknown name", "name unknown", "no name"),
        *("noname", "no name given", "no name provided", "name not provided", "not provided"),
        *("not given", "not available", "not specified", "not applicable", "not disclosed"),
        *("anonymous", "anonymous user", "anon", "private", "withheld", "caller", "guest"),
        *("guest user", "user", "customer", "client", "prospect", "lead", "new lead", "visitor"),
        *("website visitor", "web visitor", "website lead", "web lead", "zillow user"),
        *("facebook user", "google user", "instagram user", "realtor.com user", "trulia user"),
        *("wireless caller", "name", "your name", "first name", "last name", "full name"),
        *("first last", "firstname lastname", "first name last name", "mr", "mrs", "ms", "dr"),
        *("mr.", "mrs.", "ms.", "dr."),
    }
)
"""As a whole, in small letters. Who is greeted with one of these knows that nobody read it."""

OF_NOBODY = frozenset(
    {word for name in NOBODY for word in name.split()}
    - {"mr", "mrs", "ms", "dr", "last", "private"}
) | {"family", "nan"}
"""Single words of these: a name with one of them is looked at closely."""

_NO_HALF = frozenset(
    {
        *("unknown", "anonymous", "no name", "noname", "no last name", "no first name"),
        *("first name", "last name", "firstname", "lastname", "surname"),
    }
)
"""Nobody's name beside the other half of a name. Guest and Blank are surnames, too."""

_MARKERS = frozenset({"null", "(null)", "[null]", "undefined", "none", "n/a", "#n/a", "-", "--"})

_MACHINE = re.compile(r"[{}<>\[\]%=;#\\|~^*_$]|https?://|www\.|\)\s*;|\d{5,}")
"""Signs that no name has: templates nobody filled in, attacks, order numbers."""

_COMPANY = re.compile(
    r"(?:^the .+ family$|^estate of .|.\b(?:llc|l\.l\.c\.?|inc\.?|incorporated|corp\.?"
    r"|corporation|ltd\.?"
    r"|limited|llp|lp|gmbh|properties|realty|realtors|holdings|investments|enterprises|family"
    r"|trust|real estate|apartments|property management)$)",
    re.IGNORECASE,
)

TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "rev", "reverend"),
        *("sir", "madam", "ma'am", "capt", "lt", "sgt", "sr", "sra", "srta", "señor", "señora"),
        *("señorita", "senor", "senora", "senorita", "herr", "frau", "mme", "mlle", "monsieur"),
        *("madame", "shri", "smt"),
    }
)
"""Without their dots. `Dean`, `Prince` and `Judge` are names of people as often as titles."""

_DOTTED_TITLES = frozenset({"hon.", "col.", "gen.", "fr.", "maj."})
"""Titles when their dot is written. Hon, Col and Gen are names, too."""

SUFFIXES = frozenset(
    {
        *("jr", "sr", "ii", "iii", "iv", "v", "esq", "esquire", "phd", "ph.d", "md", "m.d", "dds"),
        *("cpa", "mba", "rn", "dvm", "ret"),
    }
)

_SECONDS = frozenset(
    {
        *("alberto", "alejandra", "andrea", "andres", "angel", "antonia", "antonio", "armando"),
        *("beatriz", "camila", "carlos", "carmen", "cristina", "daniel", "david", "eduardo"),
        *("elena", "enrique", "ernesto", "eugenia", "fernanda", "fernando", "francisco"),
        *("gabriel", "guadalupe", "ignacio", "isabel", "ivan", "javier", "jesus", "jorge"),
        *("jose", "josefa", "juan", "julia", "laura", "lucia", "luis", "luisa", "manuel"),
        *("margarita", "maria", "mario", "miguel", "monica", "pablo", "patricia", "paula"),
        *("pedro", "pilar", "rafael", "ramon", "raul", "ricardo", "roberto", "rosa", "sofia"),
        *("teresa", "valentina", "victoria", "ximena"),
    }
)
_SPANISH = frozenset(
    {
        *("ana", "angel", "carlos", "diego", "francisco", "gloria", "jesus", "jorge", "jose"),
        *("juan", "laura", "luis", "luz", "manuel", "marco", "maria", "martha", "miguel"),
        *("pedro", "rosa", "victor"),
    }
)
_DOUBLE = {
    "mary": frozenset(
        {"ann", "anne", "beth", "ellen", "jane", "jo", "kate", "kay", "lou", "pat", "sue"}
    ),
    "jean": frozenset({"baptiste", "claude", "francois", "jacques", "louis", "luc", "marc"})
    | {"michel", "paul", "philippe", "pierre", "yves"},
    "marie": frozenset({"ange", "anne", "christine", "claire", "claude", "france", "helene"})
    | {"josee", "laure", "louise", "pierre", "therese"},
} | dict.fromkeys(_SPANISH, _SECONDS)
"""Given names that are two words. Half of one is not what its owner is called."""

_SURNAMES = frozenset(
    {
        *("acosta", "aguilar", "aguirre", "alvarado", "alvarez", "arellano", "avila", "ayala"),
        *("barrera", "bautista", "beltran", "benitez", "bravo", "caballero", "cabrera"),
        *("calderon", "camacho", "campos", "cardenas", "carrillo", "castaneda", "castillo"),
        *("castro", "cervantes", "chavez", "contreras", "cordova", "correa", "cortes"),
        *("cortez", "cruz", "delgado", "diaz", "dominguez", "duran", "enriquez", "escobar"),
        *("espinosa", "espinoza", "estrada", "fernandez", "figueroa", "flores", "fuentes"),
        *("galindo", "gallegos", "garcia", "garza", "gimenez", "gomez", "gonzales", "gonzalez"),
        *("guerra", "guerrero", "gutierrez", "guzman", "hernandez", "herrera", "ibarra"),
        *("jimenez", "juarez", "lopez", "lozano", "lugo", "macias", "maldonado"),
        *("marquez", "martinez", "medina", "mejia", "melendez", "mendez", "mendoza", "meza"),
        *("molina", "montes", "montoya", "mora", "morales", "moreno", "munoz"),
        *("murillo", "navarro", "nunez", "ochoa", "ojeda", "orozco", "ortega", "ortiz"),
        *("pacheco", "padilla", "paredes", "pena", "peralta", "perez", "pineda", "ponce"),
        *("portillo", "prieto", "quintero", "ramirez", "ramos", "rangel", "reyes", "rios"),
        *("rivas", "rivera", "robles", "rocha", "rodriguez", "rojas", "romero", "rosales"),
        *("rubio", "ruiz", "salas", "salazar", "salinas", "sanchez", "sandoval"),
        *("santana", "serrano", "silva", "solis", "sosa", "soto", "suarez"),
        *("tapia", "torres", "trevino", "trujillo", "valdez", "valenzuela"),
        *("vargas", "vasquez", "vazquez", "vega", "velasco", "velasquez", "velazquez"),
        *("villa", "villanueva", "villarreal", "zamora", "zapata", "zavala", "zuniga"),
    }
)
"""The commonest surnames of Spanish origin. Nobody has one of them as a middle name."""

_UNACCENTED = str.maketrans("áéíóúüñçèêâôî", "aeiouunceeaoi")


def names_nobody(name: str) -> bool:
    return name.lower() in NOBODY or _MACHINE.search(name) is not None


def is_no_half(part: str) -> bool:
    """Whether this names nobody, whatever stands beside it."""
    return part.lower() in _NO_HALF or _MACHINE.search(part) is not None


def is_marker(word: str, *, beside: str | None) -> bool:
    """Whether a portal wrote this in the place of half a name: `John null`.

    A person called Null has a capital, or nothing but capitals: `JENNIFER NULL`.
    """
    if word in {"Null", "Nan"}:
        return False
    if word in {"NULL", "NAN"}:
        return not (beside or "").isupper() or beside == word
    if word == "nan":
        return (beside or "").istitle()
    return word.lower() in _MARKERS


def is_company(text: str) -> bool:
    """`The Smith Family` and `Harborline Realty LLC` are no people to be greeted."""
    return _COMPANY.search(text) is not None


def is_title(word: str) -> bool:
    return word.rstrip(".").lower() in TITLES or word.lower() in _DOTTED_TITLES


def is_suffix(word: str) -> bool:
    return word.rstrip(".,").lower() in SUFFIXES


def is_double_given(first: str, second: str) -> bool:
    """`Ana María`, `Jean Pierre` and `Mary Ann` are one given name."""
    return _plain(second) in _DOUBLE.get(_plain(first), ())


def is_spanish_surname(word: str) -> bool:
    return _plain(word) in _SURNAMES


def _plain(word: str) -> str:
    return word.lower().translate(_UNACCENTED)
