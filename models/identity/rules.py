"""How people, phones and vehicles are written, read and masked (domain 10). Reading raises BadInput with the reason."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from models.base.errors import BadInput

NAME = re.compile(
    r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,20}(?:·[\u3400-\u9fff\U00020000-\U0003ffff]{1,20})*"
)
PHONE = re.compile(r"1[3-9][0-9]{9}")
RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]")
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
    r"(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领]|[ABCDEFGHJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[ABCDEFGHJK])"
)
NEW_ENERGY = ("51", "52")  # large, small; six characters after the city letter
# Large, small, motorcycle, moped, trailer, driving school; a number may be that of one vehicle of each.
PLATE_KINDS = ("01", "02", "07", "08", "15", "16", *NEW_ENERGY)
SEPARATORS = re.compile(r"[\s·•・.\-_]+")
FULL_AGE = 18


@dataclass(frozen=True, slots=True)
class Plate:
    """A vehicle's key: (plate kind, number)."""

    kind: str
    number: str

    @property
    def masked(self) -> str:
        """`粤T·***45`: what others may see."""
        return f"{self.number[:2]}·***{self.number[-2:]}"


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be: name, resident ID and phone, all well written."""

    name: str
    resident_id: str
    phone: str


def tidy(text: str) -> str:
    """Full-width forms made plain, letters upper, outer space gone."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def read_plate(text: str, kind: str = "") -> Plate:
    """A plate as people write it (`粤t·12345`). Without a kind: new energy for 6 characters after the city letter, else small."""
    number = SEPARATORS.sub("", tidy(text))
    if not PLATE.fullmatch(number):
        raise BadInput("error.plate")
    new_energy = len(number) == 8
    kind = kind or ("52" if new_energy else "02")
    if kind not in PLATE_KINDS or new_energy != (kind in NEW_ENERGY):
        raise BadInput("error.plate_kind")
    return Plate(kind, number)


def read_name(text: str) -> str:
    """A Chinese name; the middle dot of minority names is kept."""
    name = tidy(text).replace("•", "·").replace("・", "·")
    if not NAME.fullmatch(name):
        raise BadInput("error.name")
    return name


def read_phone(text: str) -> str:
    """An 11-digit mobile number; +86 and gaps are forgiven."""
    phone = re.sub(r"[\s\-]", "", tidy(text)).removeprefix("+86")
    if not PHONE.fullmatch(phone):
        raise BadInput("error.phone")
    return phone


def read_resident_id(text: str) -> str:
    """18 characters with a real date and the check digit of GB 11643; the place of birth is not checked, places come and go."""
    number = re.sub(r"\s", "", tidy(text))
    if not RESIDENT_ID.fullmatch(number):
        raise BadInput("error.resident_id")
    try:
        ric.get_birth_date(number)
    except ValidationError as problem:
        raise BadInput("error.resident_id") from problem
    if ric.calc_check_digit(number) != number[-1]:
        raise BadInput("error.resident_id")
    return number


def read_company_no(text: str) -> str:
    """The unified social credit code of a company (GB 32100): 18 characters with their check character. It is a number, not a score."""
    number = re.sub(r"\s", "", tidy(text))
    try:
        return str(uscc.validate(number))
    except ValidationError as problem:
        raise BadInput("error.company_no") from problem


def read_owner_no(text: str) -> str:
    """Of a person or of a company."""
    number = re.sub(r"\s", "", tidy(text))
    return number if uscc.is_valid(number) else read_resident_id(text)


def birth_date(resident_id: str) -> date:
    """The day of birth that a resident ID states; registers carry their own, which goes first."""
    day: date = ric.get_birth_date(resident_id)
    return day


def mask_name(name: str) -> str:
    """`李*`."""
    return name[0] + "*"


def called(name: str, company: bool) -> str:
    """How others are told of somebody: a company's name is no secret."""
    return name if company else mask_name(name)


def mask_phone(phone: str) -> str:
    """`138****0001`."""
    return f"{phone[:3]}****{phone[-4:]}"


def age(born: date, today: date) -> int:
    """Whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
