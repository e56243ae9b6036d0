"""Names written with the family first: Chinese, Japanese, Vietnamese.

Nothing is guessed where a language leaves it open. Who is not split is greeted without a
name, which reads better than half a surname.
"""

import re

_CHINESE = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫朱胡郭何罗羅郑鄭谢謝宋许許邓鄧冯馮韩韓曹彭萧蕭蔡潘袁"
    "董余苏蘇吕呂魏蒋蔣杜丁沈姜范傅钟鍾卢盧汪戴崔任廖姚邱谭譚贾賈邹鄒孟阎閻薛侯雷郝邵史顾顧赖賴贺賀"
    "尹钱錢施洪龚龔"
)
"""One-letter surnames with which no common Japanese surname begins."""

_TWO_LETTERS = (
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|东方|東方|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|夏侯"
)
_CHINESE_NAME = re.compile(
    rf"(?P<last>{_TWO_LETTERS}|[{_CHINESE}])(?P<first>[\u4e00-\u9fff]{{1,2}})"
)
_JAPANESE_NAME = re.compile(
    r"(?P<last>[\u3005\u4e00-\u9fff]{1,3})(?P<first>[\u3041-\u3096\u30fc]{2,5})"
)
"""Kanji and then hiragana. The other way round it may be anything."""

_FOREIGN_NAME = re.compile(r"(?P<first>[\u30a1-\u30fa\u30fc]+)・(?P<last>[\u30a1-\u30fa\u30fc]+)")
"""A name from elsewhere keeps its order: `ジョン・スミス`."""

_VIETNAMESE = frozenset(
    {
        *("nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi"),
        *("đỗ", "hồ", "ngô", "dương", "lý", "đinh", "trương", "đoàn", "lâm", "mai", "trịnh"),
    }
)
_VIETNAMESE_MIDDLE = frozenset({"thị", "văn", "hữu", "đức", "ngọc", "minh", "thanh", "quốc"})


def split(name: str) -> tuple[str, str] | None:
    """First and last name, in this order, of a name whose script shows its parts."""
    if name.isascii():
        return None
    for form in (_CHINESE_NAME, _JAPANESE_NAME, _FOREIGN_NAME):
        if found := form.fullmatch(name):
            return found["first"], found["last"]
    return _vietnamese(name.split())


def _vietnamese(words: list[str]) -> tuple[str, str] | None:
    """`Nguyễn Thị Lan` is called Lan. Without its accents a name may stand in any order."""
    if len(words) < 3 or words[0].lower() not in _VIETNAMESE:
        return None
    if words[1].lower() not in _VIETNAMESE_MIDDLE or words[-1].lower() in _VIETNAMESE:
        return None
    return words[-1], " ".join(words[:-1])
