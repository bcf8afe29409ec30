import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware_proxy import escpos
from hardware_proxy.errors import ProxyError
from hardware_proxy.interpreter import Interpreter, Picture
from hardware_proxy.raster import (
    MAX_PIXELS,
    Raster,
    decode_base64,
    open_picture,
    receipt_raster,
)

from .pictures import jpeg, numbered, png


@st.composite
def rasters(draw, max_width=200, max_height=700):
    width = draw(st.integers(1, max_width))
    height = draw(st.integers(1, max_height))
    seed = draw(st.binary(min_size=1, max_size=64))
    stride = (width + 7) // 8
    data = bytearray((seed * (stride * height // len(seed) + 1))[: stride * height])
    if width % 8:
        mask = 0xFF << (8 - width % 8) & 0xFF
        for row in range(height):
            data[(row + 1) * stride - 1] &= mask
    return Raster(width, height, bytes(data))


@given(rasters())
def test_dots_survive_the_way_to_a_picture_and_back(raster):
    assert Raster.from_image(raster.to_image()) == raster


@given(rasters())
def test_dots_survive_the_way_through_printer_commands(raster):
    """Encoder and decoder agree; bands put together are the whole."""
    interpreter = Interpreter()
    interpreter.feed(escpos.raster(raster))
    bands = [item.raster for item in interpreter]
    assert all(isinstance(band, Raster) for band in bands)
    assert b"".join(band.data for band in bands) == raster.data
    assert sum(band.height for band in bands) == raster.height
    assert {band.width for band in bands} == {raster.stride * 8}
    assert max(band.height for band in bands) <= escpos.BAND_ROWS


@given(rasters(max_height=64), st.sampled_from(["left", "center", "right"]))
def test_paper_keeps_every_dot_of_a_narrow_picture(raster, align):
    sheet = raster.on_paper(256, align)
    assert (sheet.width, sheet.height) == (256, raster.height)
    count = sum(bin(byte).count("1") for byte in raster.data)
    assert sum(bin(byte).count("1") for byte in sheet.data) == count


def test_wide_picture_is_scaled_to_narrow_paper():
    raster = Raster.from_image(numbered(5))
    narrow = raster.on_paper(384)
    assert (narrow.width, narrow.height) == (384, round(320 * 384 / 576))
    # The black bar at the top stays black, the paper below stays white.
    image = narrow.to_image()
    assert image.getpixel((200, 1)) == 0
    assert image.getpixel((200, 200)) == 255


def test_threshold_is_by_luminance():
    """Yellow is light, blue is dark, whatever a plain average says."""
    image = Image.new("RGB", (16, 8), "white")
    image.paste((255, 255, 0), (0, 0, 8, 8))
    image.paste((0, 0, 255), (8, 0, 16, 8))
    raster = Raster.from_image(image)
    assert raster.data == b"\x00\xff" * 8


def test_noise_of_jpeg_leaves_no_specks():
    image = numbered(0b1010, height=200)
    clean = receipt_raster(png(image), 576)
    noisy = receipt_raster(jpeg(image, quality=75), 576)
    differing = sum(
        bin(a ^ b).count("1") for a, b in zip(clean.data, noisy.data, strict=True)
    )
    black = sum(bin(byte).count("1") for byte in clean.data)
    assert differing < black * 0.02
    # The empty lower half has not a single dot.
    half = len(noisy.data) * 3 // 4
    assert not any(noisy.data[half:])


@pytest.mark.parametrize("dots", [576, 384])
def test_receipt_of_the_pos_fills_the_paper(dots):
    image = Image.new("L", (512, 800), 255)
    image.paste(0, (0, 0, 512, 10))
    raster = receipt_raster(png(image), dots)
    assert raster.width == dots
    assert raster.height == round(800 * dots / 512)
    first_row = raster.data[: dots // 8]
    assert first_row == b"\xff" * (dots // 8)


def test_transparent_picture_is_on_white_paper():
    image = Image.new("RGBA", (8, 1), (0, 0, 0, 0))
    image.putpixel((3, 0), (0, 0, 0, 255))
    assert Raster.from_image(image).data == bytes([0b00010000])


def _png_header(width, height):
    """A picture that claims a size it never delivers."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(70_000, 10), (20_000, MAX_PIXELS // 10_000)])
def test_picture_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(ProxyError) as caught:
        open_picture(_png_header(*size))
    assert caught.value.code == "too_large"


def test_tall_thin_picture_does_not_explode_when_scaled():
    image = Image.new("L", (1, 60_000), 255)
    with pytest.raises(ProxyError) as caught:
        receipt_raster(png(image), 576)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", png(numbered(1))[:200], b"\xff\xd8\xff\xe0 broken"],
)
def test_broken_picture_is_refused(content):
    with pytest.raises(ProxyError) as caught:
        open_picture(content)
    assert caught.value.code == "bad_image"


def test_only_png_and_jpeg_are_opened():
    out = io.BytesIO()
    numbered(1).save(out, "TIFF")
    with pytest.raises(ProxyError):
        open_picture(out.getvalue())


@pytest.mark.parametrize("text", ["", None, 5, "not base64!", ["a"]])
def test_bad_base64_is_refused(text):
    with pytest.raises(ProxyError) as caught:
        decode_base64(text)
    assert caught.value.code == "bad_image"


def test_data_url_is_accepted():
    assert decode_base64("data:image/png;base64,QUJD") == b"ABC"


def test_picture_event_is_a_picture():
    interpreter = Interpreter()
    interpreter.feed(escpos.raster(Raster(8, 1, b"\x80")))
    assert interpreter.next() == Picture(Raster(8, 1, b"\x80"))


def test_thin_lines_survive_on_narrow_paper():
    """Scaling must blend, not drop every fourth column."""
    image = Image.new("L", (512, 40), 255)
    columns = range(5, 512, 16)
    for left in columns:
        image.paste(0, (left, 0, left + 1, 40))
    printed = receipt_raster(png(image), 384).to_image()
    row = [printed.getpixel((left, 20)) for left in range(384)]
    starts = [left for left in range(1, 384) if row[left] == 0 and row[left - 1] == 255]
    assert len(starts) == len(columns)
