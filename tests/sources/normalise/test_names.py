"""A name is taken apart and its shouting stopped, and no name becomes worse than it came.

Each line says why. Where it is open what somebody is called, there is no first name: a
greeting then says `there`.
"""

# ruff: noqa: RUF001  Letters of other scripts that look like ours are what this is about.

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources.normalise.names import Name, from_full, from_parts


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("Marisol Vega-Thornton ", Name("Marisol", "Vega-Thornton")),
        ("Théo Marchand", Name("Théo", "Marchand")),
        ("kwame", Name("Kwame")),
        ("Sukarno", Name("Sukarno")),
        ("J Smith", Name("J", "Smith")),
        ("DeShawn LaRue", Name("DeShawn", "LaRue")),
        ("J. R. Smith", Name("J. R.", "Smith")),
        ("F. Scott Fitzgerald", Name("F. Scott", "Fitzgerald")),
        ("John Q. Public", Name("John", "Public", is_whole=False)),
        ("Ana Prieto,", Name("Ana", "Prieto")),
        ('"Ana Prieto"', Name("Ana", "Prieto")),
        ("José", Name("José")),
        ("", Name()),
    ],
)
def test_a_name_in_one_field_becomes_first_and_last(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("van der Berg, Jan", Name("Jan", "van der Berg")),
        ("PRIETO, ANA", Name("Ana", "Prieto")),
        ("Kim, Min-ji", Name("Min-ji", "Kim")),
        ("Smith,John", Name("John", "Smith")),
        ("John Smith, Jr.", Name("John", "Smith", is_whole=False)),
        ("Smith, John & Mary", Name("John & Mary", "Smith")),
        (",John", Name("John")),
    ],
)
def test_a_comma_turns_a_name_around_unless_a_suffix_follows(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("Dr. Ana Prieto Jr.", Name("Ana", "Prieto", is_whole=False)),
        ("Mr.John Smith", Name("John", "Smith", is_whole=False)),
        ("Ms. Lee", Name(None, "Lee", is_whole=False)),
        ("Frau Müller", Name(None, "Müller", is_whole=False)),
        ("John Smith III", Name("John", "Smith", is_whole=False)),
        ("Dean Smith", Name("Dean", "Smith")),
        ("Prince Okafor", Name("Prince", "Okafor")),
        ("Judge Reinhold", Name("Judge", "Reinhold")),
        ("Md. Rahman", Name("Md.", "Rahman")),
        ("Hon Lee", Name("Hon", "Lee")),
    ],
)
def test_a_title_is_no_name_and_a_name_no_title(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("Ana de la Cruz", Name("Ana", "de la Cruz")),
        ("Jan van der Berg", Name("Jan", "van der Berg")),
        ("van Gogh", Name(None, "van Gogh")),
        ("Van Nguyen", Name("Van", "Nguyen")),
        ("Ali ibn Abi Talib", Name("Ali", "ibn Abi Talib")),
        ("Gerard 't Hooft", Name("Gerard", "'t Hooft")),
        ("Lan Do", Name("Lan", "Do")),
    ],
)
def test_a_small_word_belongs_to_the_surname(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("María José García Márquez", Name("María José", "García Márquez")),
        ("Gabriel García Márquez", Name("Gabriel", "García Márquez")),
        ("Juan de la Cruz García", Name("Juan", "de la Cruz García")),
        ("María del Carmen García López", Name("María del Carmen", "García López")),
        ("Dr. Juan Carlos Pérez Gómez", Name("Juan Carlos", "Pérez Gómez", is_whole=False)),
        ("Ana Garcia Smith", Name("Ana", "Garcia Smith")),
        ("José Ortega y Gasset", Name("José", "Ortega y Gasset")),
        ("Juan Carlos Reyes", Name("Juan Carlos", "Reyes")),
        ("NÚÑEZ, José María", Name("José María", "Núñez")),
        ("Luis Miguel", Name("Luis", "Miguel")),
        ("Mary Ann Smith", Name("Mary Ann", "Smith")),
        ("Jean Pierre Martin", Name("Jean Pierre", "Martin")),
    ],
)
def test_two_surnames_and_double_given_names_stay_together(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("Ana & Luis Ortiz", Name("Ana & Luis", "Ortiz")),
        ("ANA AND LUIS ORTIZ", Name("Ana and Luis", "Ortiz")),
        ("José y María Ruiz", Name("José y María", "Ruiz")),
        ("Bob & Carol", Name("Bob & Carol")),
        ("Mr. and Mrs. Lee", Name(None, "Lee", is_whole=False)),
        ("Mr. & Mrs. John Lee", Name("John", "Lee", is_whole=False)),
        ("Mr John & Mrs Jane Doe", Name("John & Jane", "Doe", is_whole=False)),
        ("John Smith and Jane Doe", Name("John", "Smith", is_whole=False)),
        ("John and", Name("John", is_whole=False)),
    ],
)
def test_a_couple_is_greeted_as_one_or_by_the_first_of_them(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("李小龍", Name("小龍", "李")),
        ("李 小龍", Name("小龍", "李")),
        ("欧阳娜娜", Name("娜娜", "欧阳")),
        ("王芳", Name("芳", "王")),
        ("山田太郎", Name(None, "山田太郎")),
        ("高橋", Name(None, "高橋")),
        ("佐藤　花子", Name("花子", "佐藤")),
        ("田中さくら", Name("さくら", "田中")),
        ("ジョン・スミス", Name("ジョン", "スミス")),
        ("김민준", Name("민준", "김")),
        ("남궁민수", Name("민수", "남궁")),
        ("Nguyễn Thị Lan", Name("Lan", "Nguyễn Thị")),
        ("Lan Nguyễn", Name("Lan", "Nguyễn")),
    ],
)
def test_the_family_comes_first_where_a_script_says_so(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("محمد بن سلمان", Name("محمد", "بن سلمان")),
        ("عبد الله أحمد", Name("عبد الله", "أحمد")),
        ("رضا\u200cپور علی", Name("رضا\u200cپور", "علی")),
        ("דוד בן גוריון", Name("דוד", "בן גוריון")),
        ("สมชาย ใจดี", Name("สมชาย", "ใจดี")),
        ("राजेश कुमार", Name("राजेश", "कुमार")),
        ("გიორგი მაისურაძე", Name("გიორგი", "მაისურაძე")),
        ("ИВАН ПЕТРОВ", Name("Иван", "Петров")),
        ("Иванова Анна Сергеевна", Name("Анна", "Иванова", is_whole=False)),
        ("γιώργος παπαδόπουλος", Name("Γιώργος", "Παπαδόπουλος")),
        ("ΓΙΏΡΓΟΣ ΠΑΠΑΔΌΠΟΥΛΟΣ", Name("Γιώργος", "Παπαδόπουλος")),
    ],
)
def test_any_script_is_read(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("HANNAH WHITFIELD", Name("Hannah", "Whitfield")),
        ("ronald mcdonald", Name("Ronald", "McDonald")),
        ("ANGUS MACDONALD", Name("Angus", "MacDonald")),
        ("JUAN MACHADO", Name("Juan", "Machado")),
        ("MACKENZIE SCOTT", Name("Mackenzie", "Scott")),
        ("PATRICK O’BRIEN", Name("Patrick", "O’Brien")),
        ("DE'ANDRE D'ANGELO", Name("De'Andre", "D'Angelo")),
        ("KAʻIULANI", Name("Kaʻiulani")),
        ("ANNE-MARIE SMITH-JONES", Name("Anne-Marie", "Smith-Jones")),
        ("JAN VAN DER BERG", Name("Jan", "van der Berg")),
        ("LATOYA LA ROSA", Name("Latoya", "La Rosa")),
        ("LAN DO", Name("Lan", "Do")),
        ("AJ SMITH", Name("AJ", "Smith")),
        ("JD NG", Name("JD", "Ng")),
        ("IJSBRAND VISSER", Name("IJsbrand", "Visser")),
        ("IJAZ KHAN", Name("Ijaz", "Khan")),
        ("İBRAHİM YILDIZ", Name("İbrahim", "Yıldız")),
        ("ibrahim yıldız", Name("İbrahim", "Yıldız")),
        ("IŞIK AYDIN", Name("IŞIK", "AYDIN")),
        ("ßen", Name("ßen")),
        ("Jean DUPONT", Name("Jean", "Dupont")),
        ("ana Prieto", Name("Ana", "Prieto")),
        ("jOHN sMITH", Name("John", "Smith")),
        ("mcDonald", Name("mcDonald")),
        ("Anne of Cleves", Name("Anne of Cleves")),
    ],
)
def test_shouting_stops_and_a_chosen_spelling_stays(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("John null", Name("John")),
        ("John N/A", Name("John")),
        ("Jennifer Null", Name("Jennifer", "Null")),
        ("JENNIFER NULL", Name("Jennifer", "Null")),
        ("null null", Name()),
        ("N/A", Name()),
        ("none", Name()),
        ("...", Name()),
        ("unknown", Name(is_whole=False)),
        ("Zillow User", Name(is_whole=False)),
        ("First Name", Name(is_whole=False)),
        ("{{first_name}}", Name(is_whole=False)),
        ("<script>alert(1)</script>", Name(is_whole=False)),
        ("Ann Guest", Name("Ann", "Guest")),
        ("test", Name("Test")),
        ("X", Name("X")),
    ],
)
def test_a_placeholder_is_nobody_and_somebody_is_no_placeholder(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("full", "name"),
    [
        ("joe@example.com", Name(is_whole=False)),
        ("(919) 555-0121", Name(is_whole=False)),
        ("Joe Smith joe@example.com", Name("Joe", "Smith", is_whole=False)),
        ("Ana Prieto - buyer", Name("Ana", "Prieto", is_whole=False)),
        ("Ana Prieto (buyer)", Name("Ana", "Prieto", is_whole=False)),
        ("🌸 Ana 🌸 Prieto", Name("Ana", "Prieto", is_whole=False)),
        ("👩\u200d👧 Ana", Name("Ana", is_whole=False)),
        ("𝓐𝓷𝓪 ＰＲＩＥＴＯ", Name("Ana", "Prieto")),
        ("The Smith Family", Name(None, "The Smith Family")),
        ("Harborline Realty LLC", Name(None, "Harborline Realty LLC")),
        ("Estate of John Smith", Name(None, "Estate of John Smith")),
        ("A" * 300, Name("A" + "a" * 199, is_whole=False)),
    ],
)
def test_what_is_no_name_is_never_greeted(full: str, name: Name) -> None:
    assert from_full(full) == name


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Kwame", "Asante", Name("Kwame", "Asante")),
        ("KWAME", "DE LA CRUZ", Name("Kwame", "de la Cruz")),
        ("mary ann", "mcdonald", Name("Mary Ann", "McDonald")),
        ("ibrahim", "YILDIZ ÇAĞ", Name("İbrahim", "Yıldız Çağ")),
        ("Grace Kim", None, Name("Grace", "Kim")),
        ("Ana Prieto", "Prieto", Name("Ana", "Prieto")),
        ("Ana Prieto", "Ana Prieto", Name("Ana", "Prieto")),
        ("Ana", "Ana Prieto", Name("Ana", "Prieto")),
        ("Ana", "Ana", Name("Ana", "Ana")),
        ("Ana", "null", Name("Ana")),
        ("Ana", ".", Name("Ana")),
        ("JENNIFER", "NULL", Name("Jennifer", "Null")),
        ("John", "NULL", Name("John")),
        ("N/A", "Lee", Name(None, "Lee")),
        ("Ann", "Guest", Name("Ann", "Guest")),
        ("Ana", "Unknown", Name("Ana", is_whole=False)),
        ("Zillow", "User", Name(is_whole=False)),
        ("joe@example.com", None, Name(is_whole=False)),
        ("Ana 🌸", "Prieto", Name("Ana", "Prieto", is_whole=False)),
        (None, "Kim", Name(None, "Kim")),
        (None, None, Name()),
    ],
)
def test_a_name_in_two_fields_keeps_them(first: str | None, last: str | None, name: Name) -> None:
    assert from_parts(first, last) == name


@given(st.text(max_size=60))
def test_any_text_at_all_can_be_read(text: str) -> None:
    assert isinstance(from_full(text), Name)
    assert isinstance(from_parts(text, text[::-1]), Name)


def letters(text: str) -> list[str]:
    return sorted(each for each in text.casefold() if each.isalnum())


@given(st.text(alphabet="abeéñÑABCZz 李小龍김민준あДиαΣשمvderJr &,.-'\"()+0129", max_size=30))
def test_who_is_said_to_be_whole_has_all_letters_that_were_sent(text: str) -> None:
    name = from_full(text)

    if name.is_whole:
        assert letters((name.first or "") + (name.last or "")) == letters(text)


@given(
    st.lists(
        st.sampled_from(["KIM", "kim", "Kim", "DE", "de", "LA", "la", "O'BRIEN", "mcgee", "AJ"]),
        max_size=4,
    )
)
def test_a_name_in_its_proper_case_stays_as_it_is(words: list[str]) -> None:
    name = from_parts("Ana", " ".join(words))

    assert from_parts(name.first, name.last) == name


@given(
    st.from_regex(r"[A-Z][a-z]{2,12}", fullmatch=True),
    st.sampled_from(["Kim", "Okafor", "Whitfield", "Nguyen", "Ortiz"]),
)
def test_two_plain_words_are_first_and_last_name(first: str, last: str) -> None:
    name = from_full(f"{first} {last}")

    # A few hundred words are titles, particles and placeholders: those are looked at.
    assert name == Name(first, last) or not name.is_whole or name == Name(None, f"{first} {last}")
