"""Why a record was not taken, in the words officers and other offices read: each says what to do.

One table for the importers (`FILE.rejected.csv`) and the JSON API. What citizens read is in `locales/` instead.
"""

from collections.abc import Mapping
from types import MappingProxyType

from models.base.errors import Refusal

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # a row of a file
        "row.cells": "The row has more or fewer cells than the header. Check its commas and quotation marks.",
        "row.unreadable": "The row has an unclosed quotation mark, a line break or a control character in a cell. "
        "Mend it, and check the rows below it.",
        "row.conflict": "The database did not take the row, for instance because somebody entered the same at that "
        "moment. Import this row again; if it is refused again, ask the operator.",
        # how things are written
        "error.name": "The name is not a Chinese name. Write it in Chinese characters, without titles.",
        "error.phone": "The phone is not a mobile number of 11 digits. Write it as 13800010001.",
        "error.plate": "The plate is not a number plate. Write it as 粤T12345.",
        "error.plate_kind": "The plate kind is not one of 01, 02, 07, 08, 15, 16, 51, 52. Write the two digits, with the zero.",
        "error.resident_id": "The resident ID is wrong: 18 characters with a real date and the right check digit. "
        "Compare it with the card; a spreadsheet turns the last digits into zeros unless the column is text.",
        # people
        "person.birth_date": "The date of birth is not a past day. Write it as 1985-03-12.",
        "person.licence": "The licence is incomplete or badly written. Fill in the class (C1) and the past day of "
        "first issue (2015-06-01), or leave both empty.",
        "register.other_name": "This resident ID is on record under another name. Have the counter check which is right.",
        # licences
        "licence.class": "The class is not one of A1 to P, or several without a gap. Write it as C1 or A1D.",
        "licence.first_issued_on": "The day of first issue is not a past day. Write it as 2015-06-01.",
        "licence.valid_until": "The last day of validity is not a day. Write it as 2031-06-01, or leave it empty if it has none.",
        "licence.status": "The status is not one of in_force, held, suspended, revoked. Write one of these.",
        "licence.probation_until": "The last day of probation is not a day. Write it as 2026-05-31, or leave it empty.",
        "licence.punished": "A punishment has a ground, one of hit_and_run, drink_driving, forged, trading, and a past day. "
        "Fill in both, or leave both empty.",
        "licence.cheated_on": "The day of cheating is not a past day. Write it as 2025-11-03, or leave it empty.",
        "register.unknown_holder": "The resident ID is not in the register of people. Import that person first.",
        # companies
        "error.company_no": "The number is no unified social credit code: 18 characters with the right check character. "
        "Compare it with the licence.",
        "company.name": "The name of the company is missing or longer than 60 characters. Write it as on the licence.",
        "company.last_day": "The last day is not a date. Write it as 2026-12-31, or leave it empty while there is none.",
        "register.unknown_company": "This company is not in the register. Import it first.",
        "register.unknown_person": "This resident ID is not in the register of people. Import that person first.",
        # vehicles
        "vehicle.inspected_until": "The last day of the inspection mark is not a day. Write it as 2027-04-30, or leave it empty.",
        "vehicle.owned_since": "The day since when it is owned is not a past day. Write it as 2018-05-01.",
        "vehicle.type": "The vehicle type is missing or longer than 32 characters. Write it as 小型汽车.",
        "register.unknown_owner": "The owner's resident ID is not in the register of people. Import that person first.",
        "register.other_owner": "This vehicle is on record with another owner since the same day. Have the counter check which is right.",
        # offences
        "offence.authority": "The authority is not 6 digits. Write the area code of the police, as 442000.",
        "offence.code": "The offence code is not 4 or 5 digits with at most one letter after them. Write it as 1344.",
        "offence.behaviour": "The offence has no description. Fill in what it is that is forbidden.",
        "offence.points": "The points are not 0, 1, 3, 6, 9 or 12. Leave the cell empty if they are unknown.",
        "offence.valid_from": "The first day of validity is not a date. Write it as 2022-04-01.",
        "offence.valid_to": "The last day of validity is not a date, or comes before the first. Write it as 2022-04-30.",
        "offence.remark": "The remark names a day that does not exist. Write it as 2022年5月1日停用.",
        "offence.other_content": "This authority has this code from this day with another content. "
        "Give the new version a later valid_from; of the old one nothing but valid_to can be added.",
        # violations
        "record.authority": "The authority is not 6 digits. Write the area code of the police, as 442000.",
        "record.record_no": "The record number is not 1 to 32 of 0-9, A-Z, a-z and hyphen. Send it as your system has it.",
        "record.occurred_at": "The time is not a day and a time of day. Write it as 2026-03-02T08:30:00+08:00.",
        "record.place": "The place is not 1 to 60 characters in one line. Shorten it to road and crossing.",
        "record.in_future": "The time of the violation is still to come. Check the camera's clock.",
        "record.too_old": "The violation is more than 2 years old and can no longer be punished. Do not send it again.",
        "record.unknown_vehicle": "Nobody owned this vehicle at that time, as far as the register knows. "
        "Check plate and plate kind, and import the vehicle first.",
        "record.unknown_offence": "This authority has no such offence in its catalogue for that day. "
        "Check the code, and import the catalogue first.",
        "picture.kind": "This is neither a JPEG nor a PNG. Send the picture itself as the body, without a form around it.",
        "record.pictures": "There are more pictures than a record takes, or one comes twice. Name the four best, each once.",
        "record.picture": "A picture is neither an https address on a host that the city allows nor a key of the picture API. "
        "Check it, or ask the operator to allow the host.",
        "record.unknown_picture": "This key is of no picture that you handed in and have not used. Hand the picture in again.",
        "record.undated_offence": "The catalogue says that this offence came or went on some day, and not in which year. "
        "Import it once more with valid_from or valid_to.",
        "record.other_content": "This record number was used before for something else. "
        "Give a new record a new number; a wrong record is mended by an officer.",
        # schools' lists
        "school.code": "The school code is not 1 to 16 digits and letters. Write the code that the education office gave the school.",
        "school.name": "The school's name is missing or longer than 64 characters. Write it as parents know it.",
        "school.class": "The class is missing, has a gap in it, or is longer than 16 characters. Write it as 3-2.",
        "school.year": "The school year is not two days within 400 days. Write its first and last day as 2025-09-01 and 2026-07-10.",
        "school.year_over": "This school year is over and its data is gone. Check the first day of the year.",
        "school.last_day": "The last day is not a date. Write it as 2026-01-31, or leave it empty while there is none.",
        "school.unknown_school": "This school code is not on record. Import the school's classes first.",
        "school.unknown_class": "The school has no such class in its newest year. Import its classes first, or check the name.",
        "child.number": "The school number is not 1 to 16 digits, letters and hyphens. Write it as the school has it, never a resident ID.",
        "child.name": "The child's name is missing or longer than 40 characters. Write it as on the school's list.",
        "child.birth_date": "The date of birth is not a past day. Write it as 2016-05-20.",
        "child.guardians": "There are more than 6 phones of guardians. Leave those who care for the child.",
        # questions of booking systems
        "clearance.mode": "There is no such mode of travel. The modes are those of the city's tariff: rail, air, ship, coach, hotel, exit.",
        "clearance.class": "This mode of travel has no such class. Leave the class out to ask of the mode as a whole.",
        "clearance.date": "The day is over, or more than 400 days away. Ask for a day from yesterday on, as 2026-03-02.",
        # pages of a list
        "list.limit": "The limit is not a number of entries that a page can have. Leave it out, or see the document for the most.",
    }
)


def reason(refusal: Refusal) -> str:
    """The sentence for a refusal. Raises KeyError for one that no importer and no API call can meet."""
    return SENTENCES[refusal.key]
