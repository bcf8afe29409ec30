"""An old notebook is taken over in the browser, looked at, imported and undone."""

import io
import re
import uuid

import openpyxl
import pytest
import xlsxwriter
from e2e.pages import Backend
from playwright.sync_api import expect

# Other people each time, so that it can be tried on the same shop again.
RUN = uuid.uuid4().hex[:6]
PHONE = f"50 {uuid.uuid4().int % 10**7:07}"


def workbook(*rows):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Asiakkaat")
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return stream.getvalue()


@pytest.fixture(scope="module")
def backend(people):
    return Backend(people.page("manager"))


def upload(backend, name, content):
    """Choose a file on a new import; it is read when it is stored."""
    backend.open("notebook-imports")
    backend.page.get_by_role("button", name="New", exact=True).click()
    backend.field("file").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    backend.press("Read the File")
    expect(backend.page.get_by_role("tab", name="Columns")).to_be_visible()


def column(backend, heading):
    """What a column of the file was matched with."""
    row = backend.field("column_ids").locator(".o_data_row", has_text=heading)
    return row.locator("[name='field']")


def count(backend, label):
    box = backend.page.locator(".oe_stat_button:visible", has_text=label)
    return int(box.locator(".o_stat_value").inner_text())


def wait_for_state(backend, label):
    """The job works on it, and the page follows by itself."""
    expect(backend.page.locator(".o_arrow_button_current")).to_have_text(
        label, timeout=120_000
    )


def test_workbook(backend, manager, picture, tmp_path):
    page = backend.page
    rows = [
        ("Nimi", "Puhelin", "Sähköposti", "Kaupunki", "Huom"),
        (f"Helka {RUN}", f"0{PHONE}", f"helka@{RUN}.example", "Turku", "=1+1"),
        (f"H. {RUN}", "", f"HELKA@{RUN}.example", "", "sama ihminen"),
        (f"Kauko {RUN}", "", f"kauko@{RUN}.example", "Oulu", "<b>kanta-asiakas</b>"),
        ("", "", "", "Pori", "ei nimeä"),
    ]
    upload(backend, f"vihko-{RUN}.xlsx", workbook(*rows))
    expect(backend.field("name").locator("input")).to_have_value(f"vihko-{RUN}")
    for heading, field in (
        ("Nimi", "Name"),
        ("Puhelin", "Phone Numbers"),
        ("Sähköposti", "E-mail Addresses"),
        ("Kaupunki", "City"),
        ("Huom", "Notes"),
    ):
        expect(column(backend, heading)).to_contain_text(field)
    picture(page, "import-columns")

    # The dry run makes nothing.
    backend.press("Check the Rows")
    wait_for_state(backend, "Decide")
    assert [count(backend, one) for one in ("New", "Same Person", "Rejected")] == [
        2,
        1,
        1,
    ]
    assert not manager.find("res.partner", [("name", "ilike", RUN)])
    picture(page, "import-decide")

    # Import, and the customers are there.
    backend.press("Import")
    backend.dialog().get_by_role("button", name=re.compile("ok|import", re.I)).click()
    wait_for_state(backend, "Imported")
    partners = manager.find(
        "res.partner", [("name", "ilike", RUN)], "name", "phone", "comment"
    )
    assert [one["name"] for one in partners] == [f"Helka {RUN}", f"Kauko {RUN}"]
    assert "=1+1" in partners[0]["comment"]
    assert "&lt;b&gt;" in partners[1]["comment"]
    picture(page, "import-done")

    # What was not taken over comes back with the reason.
    with page.expect_download() as download:
        backend.press("Download Rejected Rows")
    path = tmp_path / "rejected.xlsx"
    download.value.save_as(path)
    sheet = openpyxl.load_workbook(path).active
    (_headings, rejected) = sheet.iter_rows(values_only=True)
    assert rejected[3] == "Pori"
    assert "There is no name" in rejected[-1]

    # It was the wrong file: all is undone, but for what somebody has worked with.
    manager.call("res.partner", "write", [partners[1]["id"]], {"city": "Kemi"})
    backend.press("Undo")
    backend.dialog().get_by_role("button", name=re.compile("ok|undo", re.I)).click()
    wait_for_state(backend, "Undone")
    left = manager.find("res.partner", [("name", "ilike", RUN)], "name")
    assert [one["name"] for one in left] == [f"Kauko {RUN}"]
    assert count(backend, "Not Undone") == 1


def test_russian_text_file(backend, manager):
    """A list of an old till: Windows-1251, semicolons, requests with amounts."""
    text = (
        "Имя;Телефон;Почта;Что хочет;Сумма;Дата\r\n"
        f"Ольга {RUN};+358 {PHONE};olga@{RUN}.example;Кружки;1 250,50;31.12.2025\r\n"
        f"Пётр {RUN};;petr@{RUN}.example;Плед;нет;\r\n"
    )
    upload(backend, f"касса-{RUN}.csv", text.encode("cp1251"))
    for heading, field in (
        ("Имя", "Name"),
        ("Телефон", "Phone Numbers"),
        ("Почта", "E-mail Addresses"),
        ("Сумма", "Amount"),
    ):
        expect(column(backend, heading)).to_contain_text(field)
    # What was not recognised is said by hand.
    column(backend, "Что хочет").click()
    backend.page.locator(".o_selected_row [name='field'] input").fill("What Is")
    backend.page.locator(
        ".o-autocomplete--dropdown-item, .o_select_menu_item", has_text="What Is Wanted"
    ).first.click()
    backend.field("make").get_by_text("Customers and Leads").click()
    backend.press("Check the Rows")
    wait_for_state(backend, "Decide")
    assert count(backend, "New") == 2
    backend.press("Import")
    backend.dialog().get_by_role("button", name=re.compile("ok|import", re.I)).click()
    wait_for_state(backend, "Imported")
    leads = manager.find(
        "crm.lead",
        [("email_from", "ilike", f"@{RUN}.example")],
        "name",
        "expected_revenue",
        "create_date",
        "partner_id",
    )
    assert [lead["name"] for lead in leads] == ["Кружки", "Плед"]
    assert leads[0]["expected_revenue"] == 1250.5
    assert leads[0]["create_date"].startswith("2025-12-31")
    assert leads[0]["partner_id"][1] == f"Ольга {RUN}"


def test_what_is_no_table_is_refused_in_words(backend):
    backend.open("notebook-imports")
    page = backend.page
    page.get_by_role("button", name="New", exact=True).click()
    backend.field("file").locator("input[type=file]").set_input_files(
        {
            "name": "kuva.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
        }
    )
    backend.press("Read the File")
    expect(backend.dialog()).to_contain_text("neither a workbook")
    backend.dialog().get_by_role("button", name="Close").first.click()


def test_nobody_saw_an_error(people):
    """Besides the refused file, whose answer Odoo's client logs."""
    assert [one for one in people.troubles if "neither a workbook" not in one] == []
