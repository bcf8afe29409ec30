"""Receipts for tests: each carries a number that can be read from the printed dots."""

import base64
import io

from PIL import Image, ImageDraw

WIDTH = 576
CELL = 16


def numbered(number, height=320):
    """A receipt with `number` as a row of black squares at its top."""
    image = Image.new("L", (WIDTH, height), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH - 1, 7), fill=0)
    for bit in range(16):
        if number >> bit & 1:
            left = 32 + bit * 2 * CELL
            draw.rectangle((left, 24, left + CELL - 1, 24 + CELL - 1), fill=0)
    draw.text((32, 64), f"Receipt {number}", fill=0, font_size=40)
    return image


def read_number(image, margin=24):
    """The number of a printed receipt."""
    number = 0
    for bit in range(16):
        left = margin + 32 + bit * 2 * CELL + CELL // 2
        if image.getpixel((left, margin + 24 + CELL // 2)) < 128:
            number |= 1 << bit
    return number


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def jpeg(image, quality=92):
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def encoded(content):
    return base64.b64encode(content).decode()
