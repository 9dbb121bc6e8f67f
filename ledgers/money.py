"""Amounts as officials type them, read exactly into yuan; what is uncertain stays unknown.

20.8亿元 · 208,000万元 · 1亿2000万元 · 2.1亿元（概算） are amounts; 约300亿元 · 3-5亿元 · 10多亿元 ·
待定 are kept as written and have no number, because a guess would be added up with the rest.
Pure: texts, Decimal and Fraction, never a float.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ledgers.wording import MAX_TEXT, plain, tidy

WAN, YI = 10**4, 10**8
MILLION, BILLION = 10**6, 10**9
UNITS = {"yuan": 1, "wan": WAN, "yi": YI}
# Yuan from which on a slip of the unit is likelier than an amount; columns hold less.
LIMIT = 10**15

SCALES = {
    "万亿": WAN * YI,  # data
    "亿": YI,  # data
    "千万": 1000 * WAN,  # data
    "百万": 100 * WAN,  # data
    "万": WAN,  # data
    "千": 1000,  # data
    "billion": BILLION,
    "million": MILLION,
    "": 1,
}
OLD_FORMS = str.maketrans("億萬圆圓", "亿万元元")  # data
YUAN = "元整?|yuan"  # data
CURRENCY = "人民币|rmb|cny|¥"  # data
FOREIGN = re.compile("美元|美金|港元|港币|欧元|日元|英镑|台币|韩元|usd|hkd|eur|jpy|[$€£]")  # data
# Words that say there is no amount yet.
OPEN = "待定|待确定|待核定|待核实|待核|待补|未定|未确定|尚未确定|暂未确定|另定|另行确定"  # data
SILENT = "未知|不详|不明|暂无|暂缺|未填报|未公布|未披露|面议|保密"  # data
BLANK = r"[-—–−/?]+|\.{3,}|tbd|tobedetermined|undecided|unknown|n/a"
# Words before and after a number that make it a rough one, or a bound.
ABOUT = "大约|约为|约|大概|将近|接近|近|预计|预估|估计|估算|暂估|暂定"  # data
OVER = "超过|超|逾|不低于|不少于|高于|多于|至少"  # data
BELOW = "不足|不到|不高于|不超过|低于|少于|至多|最多|最高"  # data
ROUGH = "about|around|approximately|approx\\.?|nearly|over|under|morethan|lessthan|upto|atleast"
SIGNS = "[≥≤><≈~]=?"
AFTER = r"左右|上下|以上|以下|以内|余|多|起|不等|约数|\+"  # data
TO = "-|–|—|−|~|〜|至|到|to"  # data
# What may stand behind the digits of a rough number, and numbers without digits.
TAIL = "[千百万亿元多余几]|million|billion|yuan"  # data
HAN = "[数几上好两一二三四五六七八九十百千万亿]+元?"  # data
SOME = "[数几上]"  # data
MORE = "[多余几]"  # data

NUMBER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?:[ ][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
SCALE = "|".join(filter(None, SCALES))
PART = re.compile(rf"({NUMBER})({SCALE})?")
AMOUNT = re.compile(
    rf"(?P<before>{CURRENCY})?(?P<sign>[-−+])?(?P<mark>{CURRENCY})?"
    rf"(?P<parts>(?:{NUMBER}(?:{SCALE}))*{NUMBER}(?:{SCALE})?)(?P<yuan>{YUAN})?"
    rf"(?P<after>{CURRENCY})?"
)
# No two pieces can share a character, so that nonsense is given up without long trying.
RUN = rf"{NUMBER}(?:(?:{TAIL})+{NUMBER})*(?:{TAIL})*"
RANGE = rf"{NUMBER}(?:{TAIL})*(?:{TO}){NUMBER}(?:{TAIL})*"
THING = rf"(?:{CURRENCY})?(?:{RANGE}|{RUN}|{HAN})(?:{CURRENCY})?"
WORDS = rf"{ABOUT}|{OVER}|{BELOW}|{ROUGH}|{SIGNS}"
UNKNOWN = re.compile(
    rf"(?:{OPEN}|{SILENT}|{BLANK})"
    rf"|(?:{WORDS})+{THING}(?:{AFTER})*"
    rf"|{THING}(?:{AFTER})+"
    rf"|(?:{CURRENCY})?(?:{RANGE}|(?=.*{MORE}){RUN}|(?=.*{SOME}){HAN})"
)
UNSURE_REMARK = re.compile(rf"{OPEN}|{SILENT}|{WORDS}|{AFTER}")
REMARK = re.compile(r"(?P<head>[^()]+)\((?P<inner>.*)\)")


class AmountError(ValueError):
    """A text that is neither an amount nor says that it is unknown; the sentence is for people."""


@dataclass(frozen=True)
class Amount:
    """`yuan` with two decimals, or None when unknown; `text` as typed, empty when nothing was."""

    yuan: Decimal | None
    text: str


def read_amount(text, unit="wan", *, negative=False):
    """The Amount a text states; `unit` (yuan, wan, yi) is that of a number without one.

    Raises AmountError for what is neither an amount nor a stated uncertainty, for less than a fen,
    for LIMIT and more, and for a negative amount unless `negative`.
    """
    kept = tidy(text)
    if len(kept) > MAX_TEXT:
        raise AmountError(_("金额的文字不能超过%(limit)d个字。") % {"limit": MAX_TEXT})
    head, inner = _divided(plain(kept).translate(OLD_FORMS))
    if not kept or UNKNOWN.fullmatch(head) or UNSURE_REMARK.fullmatch(inner):
        return Amount(None, kept)
    if FOREIGN.search(head) or FOREIGN.fullmatch(inner):
        raise AmountError(_("请折合成人民币填写；原币金额和汇率可写在备注中。"))
    exact = _exact(head, unit, kept)
    if _stated(inner) and _exact(inner, unit, kept) != exact:
        raise AmountError(_("“%(text)s”括号内外的金额不一致，请核对。") % {"text": kept})
    return Amount(_yuan(exact, negative), kept)


def remark_of(text):
    """What stands in brackets after an amount, comparable; else empty."""
    return _divided(plain(text))[1]


def show_both(yuan):
    """An amount in the two units people compare it in, exact: 20.8亿元（208,000万元）; under
    1亿元 4,150万元（0.415亿元）; under 1万元 800元（0.08万元）.
    """
    if yuan is None:
        return _("未填报")
    first = _largest(yuan)
    if not yuan:
        return first
    if _chinese() and WAN <= abs(yuan) < YI:
        second = _("%(number)s亿元") % {"number": _exactly(yuan, YI)}
    else:
        second = _("%(number)s万元") % {"number": _exactly(yuan, WAN)}
    return _("%(first)s（%(second)s）") % {"first": first, "second": second}


def write_amount(yuan):
    """An amount for an entry field, exact and read back by read_amount whatever its unit is:
    208,000万元; for English readers 2,080 million yuan.
    """
    if _chinese():
        return _("%(number)s万元") % {"number": _exactly(yuan, WAN)}
    if abs(yuan) < MILLION:
        return f"{_exactly(yuan, 1)} yuan"
    return f"{_exactly(yuan, MILLION)} million yuan"


def _divided(text):
    """(amount, remark) of a plain text. A unit in brackets, as in "3000(万元)", belongs to the
    number.
    """
    found = REMARK.fullmatch(text)
    if not found:
        return text, ""
    head, inner = found["head"], found["inner"]
    if re.fullmatch(rf"(?:{SCALE})?(?:{YUAN})|{SCALE}", inner):
        return head + inner, ""
    return head, inner


def _stated(inner):
    """Whether a remark is an amount by itself; a bare number is rather a year or a count."""
    found = AMOUNT.fullmatch(inner)
    return bool(found and (found["yuan"] or not re.fullmatch(NUMBER, found["parts"])))


def _exact(text, unit, kept):
    """Yuan as a Fraction; `kept` is what an error quotes."""
    found = AMOUNT.fullmatch(text)
    if not found:
        raise _unreadable(kept)
    parts = PART.findall(found["parts"])
    bare = not parts[-1][1] and not found["yuan"]
    if bare and len(parts) == 1:
        # A currency sign speaks of yuan, the field of its own unit: ten thousand times apart.
        if unit != "yuan" and (found["before"] or found["mark"] or found["after"]):
            raise AmountError(
                _("“%(text)s”没有写明是元、万元还是亿元，请补上单位。") % {"text": kept}
            )
        exact = _fraction(parts[0][0]) * UNITS[unit]
    elif bare:
        raise _unreadable(kept)
    else:
        exact = _sum(parts, kept)
    return -exact if found["sign"] in ("-", "−") else exact


def _sum(parts, kept):
    """Of 1亿2000万: each part is whole but the last, and smaller than the unit before it."""
    exact, room = Fraction(0), None
    for position, (number, scale) in enumerate(parts, 1):
        value = _fraction(number) * SCALES[scale]
        if room is not None and value >= room or position < len(parts) and "." in number:
            raise _unreadable(kept)
        exact, room = exact + value, SCALES[scale]
    return exact


def _fraction(number):
    return Fraction(re.sub("[, ]", "", number))


def _yuan(exact, negative):
    fen = exact * 100
    if abs(exact) >= LIMIT:
        raise AmountError(_("金额过大，请检查单位。"))
    if fen.denominator != 1:
        raise AmountError(_("金额最多精确到分。"))
    if fen < 0 and not negative:
        raise AmountError(_("金额不能为负数。"))
    return Decimal(fen.numerator).scaleb(-2)


def _unreadable(text):
    return AmountError(
        _(
            "“%(text)s”不是能识别的金额。请写成“20.8亿元”“208,000万元”或“800元”；"
            "不能确定的金额请照实写，例如“约3亿元”或“待定”。"
        )
        % {"text": text}
    )


def _largest(yuan):
    """In the largest unit it fills, as hangu/templatetags/portal.py writes it, but exact."""
    size = abs(yuan)
    if not _chinese():
        return _largest_english(yuan)
    if size >= YI:
        return _("%(number)s亿元") % {"number": _exactly(yuan, YI)}
    if size >= WAN:
        return _("%(number)s万元") % {"number": _exactly(yuan, WAN)}
    return _("%(number)s元") % {"number": _exactly(yuan, 1)}


def _largest_english(yuan):
    if abs(yuan) >= BILLION:
        return f"CNY {_exactly(yuan, BILLION)} billion"
    if abs(yuan) >= MILLION:
        return f"CNY {_exactly(yuan, MILLION)} million"
    return f"CNY {_exactly(yuan, 1)}"


def _chinese():
    return (get_language() or "").startswith("zh")


def _exactly(yuan, unit):
    """Every digit, none that is only a zero: 208,000 or 0.415."""
    text = f"{Decimal(yuan) / unit:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
