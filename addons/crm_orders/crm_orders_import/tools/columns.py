"""What the columns of a table hold, guessed by their headings and their values."""

import itertools
import re
import unicodedata

from . import values

# One column each; further ones that look the same go to the notes.
SINGLE = (
    "name",
    "first_name",
    "last_name",
    "company",
    "function",
    "street",
    "street2",
    "zip",
    "city",
    "country",
    "vat",
    "website",
    "title",
    "date",
    "amount",
    "source",
    "responsible",
)
MANY = ("phone", "email", "tags", "note", "extra")
FIELDS = SINGLE + MANY

# English, Finnish, Swedish, and Russian in Latin letters (Cyrillic ones are turned into
# them first). A heading that is one of these or begins with one and a space.
HEADINGS = {
    "name": "name, full name, customer name, contact name, contact, customer, client, "
    "contact person, person, nimi, koko nimi, asiakas, asiakkaan nimi, asiakasnimi, "
    "yhteyshenkilo, henkilo, namn, kund, kontaktperson, imya, fio, klient, pokupatel, "
    "kontakt, kontaktnoe litso, polnoe imya, kontragent, zakazchik",
    "first_name": "first name, given name, firstname, etunimi, fornamn",
    "last_name": "last name, surname, family name, lastname, sukunimi, efternamn, "
    "familiya",
    "company": "company, company name, organisation, organization, business, firm, "
    "yritys, yrityksen nimi, yritysnimi, organisaatio, firma, toiminimi, foretag, "
    "kompaniya, organizatsiya, predpriyatie, nazvanie kompanii",
    "function": "job position, job title, position, role, function, tehtava, asema, "
    "titteli, ammatti, dolzhnost",
    "phone": "phone, phone number, phones, telephone, tel, mobile, mobile phone, cell, "
    "cell phone, gsm, whatsapp, puhelin, puhelinnumero, puhelinnro, puh, matkapuhelin, "
    "kannykka, puhelinnumerot, telefon, telefonnummer, mobil, telefony, nomer telefona, "
    "mobilnyy, mobilnyy telefon, rabochiy telefon, sotovyy, kontaktnyy telefon",
    "email": "email, e mail, emails, mail, email address, e mail address, sahkoposti, "
    "sahkopostiosoite, s posti, sposti, meili, epost, e post, pochta, "
    "elektronnaya pochta, el pochta, imeyl, adres elektronnoy pochty",
    "street": "street, address, street address, address line 1, address 1, osoite, "
    "katuosoite, lahiosoite, postiosoite, toimitusosoite, adress, gatuadress, adres, "
    "ulitsa, adres dostavki",
    "street2": "street 2, street2, address line 2, address 2, osoite 2",
    "zip": "zip, zip code, postal code, postcode, postinumero, postinro, postnummer, "
    "indeks, pochtovyy indeks",
    "city": "city, town, kaupunki, paikkakunta, postitoimipaikka, kunta, stad, ort, "
    "postort, gorod, naselennyy punkt",
    "country": "country, maa, land, strana",
    "vat": "vat, vat number, tax id, business id, y tunnus, ytunnus, alv numero, "
    "alv tunnus, inn",
    "website": "website, web, web site, homepage, url, kotisivu, kotisivut, www, sayt, "
    "webbplats",
    "title": "subject, title, lead, request, order, opportunity, product, deal, what, "
    "deal name, lead name, aihe, otsikko, pyynto, tilaus, tuote, asia, liidi, arende, "
    "tema, zayavka, zakaz, sdelka, tovar, nazvanie sdelki, nazvanie lida",
    "date": "date, created, created on, create date, date created, added, "
    "registration date, order date, pvm, paivamaara, paiva, luotu, lisatty, tilauspaiva, "
    "datum, skapad, data, data sozdaniya, sozdan, data zakaza, data registratsii",
    "amount": "amount, value, total, sum, price, revenue, expected revenue, budget, "
    "summa, arvo, hinta, yhteensa, loppusumma, belopp, pris, tsena, itogo, byudzhet, "
    "stoimost",
    "source": "source, lead source, origin, channel, utm source, lahde, alkupera, "
    "kanava, mista kuuli, kalla, istochnik, kanal, otkuda",
    "responsible": "responsible, salesperson, sales person, owner, assigned to, seller, "
    "manager, user, account manager, vastuuhenkilo, myyja, vastuumyyja, omistaja, "
    "ansvarig, saljare, otvetstvennyy, menedzher, prodavets",
    "tags": "tag, tags, label, labels, category, categories, group, segment, tunniste, "
    "tunnisteet, tagit, ryhma, asiakasryhma, luokka, kategoria, etikett, tegi, metki, "
    "gruppa, kategoriya",
    "note": "note, notes, comment, comments, description, remark, remarks, message, "
    "additional information, huom, huomio, huomautus, huomautukset, muistiinpanot, "
    "lisatiedot, lisatieto, kommentti, kommentit, kuvaus, viesti, selite, anteckning, "
    "kommentar, primechanie, kommentariy, zametki, opisanie, soobshchenie",
}
_BY_HEADING = {
    heading.strip(): field
    for field, headings in HEADINGS.items()
    for heading in headings.split(",")
}
_ENDINGS = {
    "phone": ("phone", "puhelin", "telefon", "mobile", "gsm"),
    "email": ("email", "sahkoposti", "epost", "pochta"),
    "zip": ("postinumero",),
}
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".replace(
            "-", "\0"
        ).split(" "),
        strict=True,
    )
)
_WEBSITE = re.compile(r"(?:https?://|www\.)\S+", re.I)
_PHONE = re.compile(r"\+?[\d\s()./-]{6,25}")
_MOST_HEADING_ROWS = 15


def simplify(heading):
    """A heading in small Latin letters and single spaces, without accents."""
    text = "".join(_LATIN.get(letter, letter) for letter in heading.lower())
    text = unicodedata.normalize("NFKD", text.replace("\0", ""))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def find_heading_row(rows):
    """The number of the row with the headings, 0 when there is none.

    :param rows: the first rows, as (number, texts)
    """
    for number, cells in rows[:_MOST_HEADING_ROWS]:
        if any(_looks(cell) for cell in cells):
            break
        known = sum(_by_heading(cell) is not None for cell in cells)
        filled = sum(bool(cell) for cell in cells)
        if known >= 2 or known == filled == 1:
            return number
    # Nothing known, but words above values that look like something.
    for (number, cells), (_next, below) in itertools.pairwise(rows):
        if any(_looks(cell) for cell in cells):
            return 0
        if any(_looks(cell) for cell in below):
            return number if sum(bool(cell) for cell in cells) > 1 else 0
    return 0


def guess(headings, rows):
    """The field of each column, "" for those that are empty.

    :param headings: the texts above the columns, perhaps all empty
    :param rows: texts of some rows below them
    """
    width = max([len(headings), *(len(row) for row in rows)], default=0)
    headings = [*headings, *[""] * (width - len(headings))]
    samples = [
        [row[index] for row in rows if index < len(row) and row[index]]
        for index in range(width)
    ]
    fields = [_by_heading(heading) for heading in headings]
    fields = [
        _by_values(samples[index], fields) if field is None else field
        for index, field in enumerate(fields)
    ]
    if "name" not in fields and "first_name" not in fields and not any(headings):
        # No headings: people begin with the name.
        for index, field in enumerate(fields):
            words = [value for value in samples[index] if not re.search(r"\d", value)]
            if field == "extra" and len(words) > len(samples[index]) * 0.8:
                fields[index] = "name"
                break
    used = set()
    for index, field in enumerate(fields):
        if field in SINGLE and field in used:
            fields[index] = "extra"
        used.add(field)
    return fields


def _by_heading(heading):
    text = simplify(heading)
    if not text or len(text) > 60:
        return None
    if text in _BY_HEADING:
        return _BY_HEADING[text]
    # "Phone (work)", "Puhelin 2", "Email 1"; but "Customer id" is not the name.
    words = text.split()
    for length in range(len(words) - 1, 0, -1):
        field = _BY_HEADING.get(" ".join(words[:length]))
        if field in ("phone", "email", "note", "tags", "street", "date", "amount"):
            return field
    # "Work phone", and Finnish and Swedish words such as "työpuhelin".
    for field, endings in _ENDINGS.items():
        if words[-1].endswith(endings):
            return field
    return None


def _by_values(samples, fields):
    looks = [_looks(value) for value in samples]
    for look in ("email", "website", "phone"):
        if looks and looks.count(look) > len(looks) * 0.6:
            return look
    dates = [value for value in samples if values.parse_date(value)]
    if dates and len(dates) > len(samples) * 0.8 and "date" not in fields:
        return "date"
    return "extra" if samples else ""


def _looks(value):
    if "@" in value:
        found, rest = values.split_emails(value)
        return "email" if found and len(rest) < len(value) / 2 else None
    if _WEBSITE.fullmatch(value):
        return "website"
    digits = sum(letter.isdigit() for letter in value)
    if values.parse_date(value):
        return "date"
    if _PHONE.fullmatch(value) and (
        7 <= digits <= 15 and (value[0] in "+0(" or digits > 8)
    ):
        return "phone"
    return None
