"""Draws every picture of the demo shop: products, people, logo and icon.

Run it after a change and commit what it wrote: ``python tools/draw_pictures.py``.
Each picture is drawn on a grid of 100 x 100, four times too large, and then scaled
down, which makes the edges smooth; few colours keep the files small. They are saved
without a palette all the same: Odoo scales pictures with a palette without smoothing.
"""

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

STATIC = Path(__file__).resolve().parent.parent / "static"
SIZE = 288
SCALE = 4
COLOURS = 32

INK = "#2b3a35"
GREEN = "#2f5d50"
SAGE = "#8fb09a"
LEAF = "#6f9b7f"
SAND = "#c8a977"
BIRCH = "#e9d9ba"
WOOD = "#b98a5a"
DARK_WOOD = "#7a5636"
CREAM = "#f6efe2"
WHITE = "#ffffff"
RED = "#b5483a"
BERRY = "#7d2e46"
BLUE = "#5b7f9c"
NIGHT = "#33465c"
MIST = "#dfe8ea"
GLOW = "#f4c86a"
ORANGE = "#e0974a"
GREY = "#9aa3a5"
SKIN = "#f0c9a6"

HOME, KITCHEN, CAFE, BOOKS, GIFTS = (
    "#e7eee9",
    "#efe6d8",
    "#f3e3d0",
    "#e2e8ef",
    "#f0e2e0",
)


class Picture:
    """A square canvas whose side is 100 units.

    The till cuts off the top and the bottom of a product's picture: a margin around
    the hundred units keeps the drawing whole.
    """

    def __init__(self, background, size=SIZE, margin=0, transparent=False):
        self.size = (size, size)
        self.margin = margin
        self.unit = size * SCALE / (100 + 2 * margin)
        mode = "RGBA" if transparent else "RGB"
        side = size * SCALE
        self.image = Image.new(
            mode, (side, side), (0, 0, 0, 0) if transparent else background
        )
        self.draw = ImageDraw.Draw(self.image)
        if transparent and background:
            self.box(2, 2, 98, 98, background, 20)

    def _scaled(self, *values):
        return [(value + self.margin) * self.unit for value in values]

    def box(self, x1, y1, x2, y2, fill, radius=0):
        self.draw.rounded_rectangle(
            self._scaled(x1, y1, x2, y2), radius * self.unit, fill
        )

    def disc(self, x, y, rx, fill, ry=None):
        ry = rx if ry is None else ry
        self.draw.ellipse(self._scaled(x - rx, y - ry, x + rx, y + ry), fill)

    def ring(self, x, y, r, width, colour, start=0, end=360):
        self.draw.arc(
            self._scaled(x - r, y - r, x + r, y + r),
            start,
            end,
            colour,
            round(width * self.unit),
        )

    def shape(self, points, fill):
        self.draw.polygon([tuple(self._scaled(*point)) for point in points], fill)

    def line(self, points, colour, width=1):
        self.draw.line(
            [tuple(self._scaled(*point)) for point in points],
            colour,
            round(width * self.unit),
            joint="curve",
        )
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def curve(self, start, control, end, colour, width=1):
        self.line(bend(start, control, end), colour, width)

    def leaf(self, x, y, length, angle, fill):
        """A pointed leaf that grows from (x, y) in the direction of the angle."""
        along = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        across = -along[1], along[0]

        def at(distance, side):
            return (
                x + along[0] * distance + across[0] * side,
                y + along[1] * distance + across[1] * side,
            )

        half = length * 0.45
        tip = at(length, 0)
        edge = bend((x, y), at(length / 2, half), tip)
        self.shape(edge + bend(tip, at(length / 2, -half), (x, y)), fill)

    def shadow(self, x=50, y=86, width=30):
        base = self.image.getpixel((2, 2))
        tone = tuple(round(channel * 0.9) for channel in base[:3])
        self.disc(x, y, width, tone, 3.5)

    def save(self, name):
        image = self.image.resize(self.size, Image.LANCZOS)
        if image.mode == "RGB":
            image = image.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
        else:
            image = image.quantize(COLOURS, Image.Quantize.FASTOCTREE)
        path = STATIC / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, optimize=True)


def product_picture(background):
    return Picture(background, margin=14)


def bend(start, control, end, steps=24):
    """Points of the curve from start to end that is pulled towards control."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        points.append(
            tuple(
                (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c
                for a, b, c in zip(start, control, end, strict=True)
            )
        )
    return points


def vase():
    p = product_picture(HOME)
    p.shadow(width=22)
    for angle, length, colour in ((-112, 34, LEAF), (-90, 40, SAGE), (-66, 33, LEAF)):
        x = 50 + 40 * math.cos(math.radians(angle)) * 0.8
        y = 46 + 40 * math.sin(math.radians(angle)) * 0.7
        p.curve((50, 52), (50, 40), (x, y), GREEN, 1.2)
        p.leaf(x, y + 3, length * 0.42, angle, colour)
        p.leaf((50 + x) / 2, (46 + y) / 2, length * 0.36, angle - 38, colour)
        p.leaf((50 + x) / 2, (46 + y) / 2, length * 0.36, angle + 38, colour)
    left = bend((42, 44), (50, 58), (33, 68)) + bend((33, 68), (26, 84), (40, 87))
    right = [(100 - x, y) for x, y in reversed(left)]
    p.shape(left + right, "#a9c9c7")
    p.shape(
        bend((46, 48), (51, 60), (39, 70)) + bend((39, 70), (37, 80), (43, 82)),
        "#c9dfdc",
    )
    p.disc(50, 44, 8, "#8fb5b3", 1.8)
    p.save("img/product_vase.png")


def candle_holder():
    p = product_picture(HOME)
    p.shadow(width=27)
    p.disc(50, 83, 26, GREEN, 5)
    p.box(46, 58, 54, 82, GREEN)
    p.disc(50, 58, 12, GREEN, 3.5)
    p.box(40, 54, 60, 59, "#3d7465", 1.5)
    p.box(45, 28, 55, 55, CREAM, 1)
    p.box(45, 28, 48, 55, WHITE, 1)
    p.line([(50, 28), (50, 24)], INK, 0.9)
    p.disc(50, 18, 11, "#f2ead2")
    p.leaf(50, 25, 15, -90, GLOW)
    p.leaf(50, 25, 9, -90, ORANGE)
    p.save("img/product_candle_holder.png")


def lantern(name, sky, frame):
    p = product_picture(sky)
    for x, y in (
        (8, 18),
        (86, 12),
        (22, 40),
        (92, 44),
        (6, 66),
        (74, 26),
        (30, 8),
        (104, 20),
        (-6, 44),
    ):
        p.disc(x, y, 0.8, MIST)
    p.disc(50, 88, 30, "#2a3a4d", 4)
    p.ring(50, 24, 9, 1.8, frame)
    p.shape([(38, 36), (62, 36), (55, 26), (45, 26)], frame)
    p.box(33, 36, 67, 86, frame, 2)
    p.box(37, 41, 63, 80, "#4b5a63")
    p.disc(50, 66, 13, "#8b7a4f", 14)
    p.disc(50, 66, 9, "#c2a052", 10)
    p.box(45, 66, 55, 80, CREAM, 1)
    p.leaf(50, 66, 15, -90, GLOW)
    p.line([(50, 36), (50, 41)], frame, 1)
    p.box(30, 84, 70, 88, "#a98b5b", 1)
    p.save(f"img/product_{name}.png")


def cushion():
    p = product_picture(HOME)
    p.shadow(width=33)
    corners = [(18, 22), (82, 22), (80, 84), (20, 84)]
    edge = []
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        pull = (
            middle[0] + (50 - middle[0]) * 0.14,
            middle[1] + (53 - middle[1]) * 0.14,
        )
        edge += bend(start, pull, end)
    p.shape(edge, "#d9e2d4")
    p.line([(50, 76), (50, 32)], GREEN, 1.4)
    for y, side in ((68, 16), (58, 15), (48, 13), (38, 10)):
        p.leaf(50, y, side, -35, LEAF)
        p.leaf(50, y, side, 215, GREEN)
    p.leaf(50, 33, 9, -90, LEAF)
    p.save("img/product_cushion.png")


def blanket():
    p = product_picture(HOME)
    p.shadow(width=36)
    for y, colour, dark in (
        (66, BLUE, NIGHT),
        (50, "#86a4bb", BLUE),
        (34, BLUE, NIGHT),
    ):
        p.box(17, y, 83, y + 20, colour, 8)
        p.box(17, y + 13, 83, y + 15, dark)
        p.box(17, y + 5, 83, y + 6.5, MIST)
        for x in range(22, 82, 6):
            p.shape([(x, y + 12), (x + 3, y + 8), (x + 6, y + 12)], MIST)
    for x in range(20, 82, 3):
        p.line([(x, 86), (x, 90)], MIST, 0.8)
    p.save("img/product_blanket.png")


def mug():
    p = product_picture(KITCHEN)
    p.shadow(46, 85, 26)
    p.ring(68, 56, 14, 5, "#d8ddd6")
    p.box(24, 34, 68, 85, "#f7f5ef", 6)
    p.box(24, 34, 68, 44, "#f7f5ef")
    p.box(24, 34, 32, 84, WHITE, 4)
    p.disc(46, 34, 22, "#dfe3dd", 5)
    p.disc(46, 34.6, 19, "#6b4530", 3.8)
    p.curve((36, 74), (45, 66), (57, 52), GREEN, 1.3)
    for x, y, angle in ((40, 70, -100), (47, 63, -5), (50, 60, -110), (56, 53, -60)):
        p.leaf(x, y, 9, angle, LEAF)
    for x, y in ((41, 58), (53, 70), (60, 62), (37, 65)):
        p.disc(x, y, 3, RED)
        p.disc(x - 0.9, y - 1, 0.8, "#e29a8c")
    p.save("img/product_mug.png")


def bowl():
    p = product_picture(KITCHEN)
    p.shadow(width=26)
    for x, y, colour in ((38, 40, RED), (50, 35, "#c9604b"), (61, 41, RED)):
        p.disc(x, y, 11, colour)
        p.disc(x - 3, y - 4, 2.2, "#e7a794")
        p.line([(x, y - 10), (x + 2, y - 14)], DARK_WOOD, 1.1)
    p.leaf(52, 24, 10, -25, LEAF)
    p.draw.pieslice(p._scaled(14, 8, 86, 84), 0, 180, BLUE)
    p.box(14, 45, 86, 49, "#86a4bb", 2)
    p.box(38, 82, 62, 86, NIGHT, 1.5)
    for offset in (0, 6):
        points = [
            (x, 60 + offset + 1.6 * math.sin(x / 2.6))
            for x in range(22 + offset, 79 - offset)
        ]
        p.line(points, MIST, 1)
    p.save("img/product_bowl.png")


def tray():
    p = product_picture(KITCHEN)
    p.shadow(width=36)
    p.disc(50, 54, 38, WOOD, 32)
    p.disc(50, 52, 38, SAND, 32)
    p.disc(50, 52, 33, BIRCH, 27)
    for i in range(6):
        p.curve(
            (22 + i * 3, 43 + i * 4),
            (50, 36 + i * 6),
            (79 - i * 2, 45 + i * 4),
            "#dcc69f",
            0.7,
        )
    p.disc(40, 50, 9, WHITE, 8)
    p.disc(40, 49, 7, "#6b4530", 6)
    p.box(55, 46, 72, 60, "#e8a95f", 4)
    p.ring(63, 53, 4.5, 1.4, DARK_WOOD, 20, 330)
    p.save("img/product_tray.png")


def cutting_board():
    p = product_picture(KITCHEN)
    p.shadow(width=26)
    p.box(43, 8, 57, 32, WOOD, 6)
    p.box(28, 26, 72, 86, WOOD, 8)
    p.box(43, 7, 57, 31, SAND, 6)
    p.box(28, 24, 72, 84, SAND, 8)
    p.disc(50, 15, 3, KITCHEN)
    for x in (35, 42, 50, 58, 65):
        p.curve((x, 32), (x + 3, 52), (x - 1, 78), "#b99a66", 0.8)
    p.leaf(44, 66, 14, -70, LEAF)
    p.leaf(46, 68, 12, -20, GREEN)
    p.disc(60, 70, 6, RED)
    p.disc(58, 68, 1.4, "#e7a794")
    p.save("img/product_cutting_board.png")


def kitchen_towel():
    p = product_picture(KITCHEN)
    p.line([(12, 18), (88, 18)], DARK_WOOD, 3)
    p.shape([(27, 18), (73, 18), (74, 86), (26, 86)], "#f4f1e8")
    p.shape([(27, 18), (38, 18), (38, 86), (26, 86)], WHITE)
    for y in (26, 30, 70, 74, 78):
        p.box(26.4, y, 73.6, y + 1.6, BLUE)
    for x in (43, 50, 57):
        p.leaf(x, 60, 14, -90, SAGE)
        p.line([(x, 62), (x, 50)], GREEN, 0.8)
    for x in range(27, 74, 2):
        p.line([(x, 86), (x, 89)], "#d9d4c4", 0.7)
    p.save("img/product_kitchen_towel.png")


def coffee():
    p = product_picture(CAFE)
    p.shadow(width=26)
    p.shape([(28, 24), (72, 24), (75, 86), (25, 86)], "#5a3d2b")
    p.shape([(28, 24), (40, 24), (39, 86), (25, 86)], "#6b4a35")
    p.box(27, 16, 73, 26, "#4a3122", 2)
    p.box(34, 42, 66, 74, CREAM, 3)
    for x, y, turn in ((45, 56, 1), (55, 60, -1)):
        p.disc(x, y, 6.5, "#6b4530", 8)
        p.curve((x - turn, y - 7), (x + 3 * turn, y), (x - turn, y + 7), CREAM, 1.1)
    p.box(38, 46, 62, 48, GREEN)
    p.save("img/product_coffee.png")


def tea():
    p = product_picture(CAFE)
    p.shadow(width=26)
    p.box(29, 30, 71, 86, SAGE, 3)
    p.box(29, 30, 37, 86, "#a8c3b0", 3)
    p.box(27, 22, 73, 34, GREEN, 3)
    p.disc(50, 60, 16, CREAM)
    p.line([(50, 72), (50, 52)], GREEN, 1.2)
    for y in range(54, 72, 3):
        p.line([(50, y), (43.5, y - 4)], LEAF, 1.3)
        p.line([(50, y), (56.5, y - 4)], LEAF, 1.3)
    p.leaf(50, 54, 8, -90, "#a9c46c")
    p.save("img/product_tea.png")


def jam():
    p = product_picture(CAFE)
    p.shadow(width=24)
    p.box(29, 34, 71, 86, ORANGE, 8)
    p.box(32, 38, 37, 82, "#efb877", 3)
    p.box(31, 22, 69, 35, WHITE, 3)
    for x in range(33, 69, 6):
        for y in range(23, 34, 6):
            p.box(x, y, x + 3, y + 3, RED)
    p.box(36, 46, 66, 74, CREAM, 3)
    for x, y in ((51, 56), (46.5, 59), (55.5, 59), (49, 63.5), (53.5, 63.5), (51, 60)):
        p.disc(x, y, 3.1, "#e59b38")
        p.disc(x - 0.8, y - 0.9, 0.9, "#f7d08c")
    p.leaf(51, 53, 6, -150, LEAF)
    p.leaf(51, 53, 6, -30, LEAF)
    p.save("img/product_jam.png")


def rye_crisps():
    p = product_picture(CAFE)
    p.shadow(width=26)
    p.shape([(27, 18), (73, 18), (76, 86), (24, 86)], "#a8553c")
    p.shape([(27, 18), (38, 18), (36, 86), (24, 86)], "#bb6a50")
    for y in (15, 83):
        p.box(24 if y > 50 else 26, y, 76 if y > 50 else 74, y + 5, "#8b4330", 1)
    p.disc(50, 56, 17, CREAM)
    for x, y in ((44, 52), (56, 55), (48, 64)):
        p.disc(x, y, 7, "#9c6b3d", 6)
        for dx, dy in ((-3, 0), (0, -2.4), (2.6, 1), (-0.6, 2.6)):
            p.disc(x + dx, y + dy, 0.7, DARK_WOOD)
    p.line([(50, 37), (50, 26)], GLOW, 1.1)
    for y in (34, 31, 28):
        p.leaf(50, y, 6, -140, GLOW)
        p.leaf(50, y, 6, -40, GLOW)
    p.save("img/product_rye_crisps.png")


def cup_of_coffee():
    p = product_picture(CAFE)
    p.disc(50, 80, 36, "#d9d2c4", 7)
    p.disc(50, 78, 36, WHITE, 7)
    p.ring(72, 58, 10, 4, "#efe9dd")
    p.draw.pieslice(p._scaled(24, 22, 74, 80), 0, 180, "#f7f3ea")
    p.box(24, 44, 74, 52, "#f7f3ea")
    p.disc(49, 45, 25, "#e6dfd1", 6.5)
    p.disc(49, 45.5, 22, "#6b4530", 5)
    p.leaf(44, 47, 10, -12, "#d9b48a")
    for x in (40, 50, 60):
        p.line(
            [(x + 2.2 * math.sin(y / 3.2), y) for y in range(16, 37)], "#e0cdb6", 1.4
        )
    p.save("img/product_cup_of_coffee.png")


def cinnamon_bun():
    p = product_picture(CAFE)
    p.disc(50, 82, 38, "#ddd3c2", 7)
    p.disc(50, 80, 38, WHITE, 7)
    p.shape(
        bend((14, 78), (26, 26), (50, 30)) + bend((50, 30), (74, 26), (86, 78)),
        "#cf8b45",
    )
    p.disc(50, 77, 36, "#cf8b45", 5)
    for r in (5, 11, 17):
        p.ring(27, 64, r * 0.62, 1.8, "#8a4f26", 60, 330)
        p.ring(73, 64, r * 0.62, 1.8, "#8a4f26", 210, 480)
    p.curve((42, 36), (50, 60), (44, 80), "#e2a35c", 4)
    p.curve((58, 36), (50, 60), (56, 80), "#e2a35c", 4)
    for pearl in range(24):
        x = 26 + pearl * 61.8 % 48
        y = 36 + abs(x - 50) * 0.75 + pearl * 37 % 16
        p.disc(x, y, 1.2, WHITE)
    p.save("img/product_cinnamon_bun.png")


def book(name, cover, spine, paint):
    p = product_picture(BOOKS)
    p.shadow(width=30)
    p.box(26, 18, 78, 86, "#f7f3e8", 2)
    for x in (75.5, 76.7):
        p.line([(x, 20), (x, 84)], "#d8d1bf", 0.4)
    p.box(22, 15, 74, 84, cover, 2)
    p.box(22, 15, 28, 84, spine, 2)
    paint(p)
    p.save(f"img/product_{name}.png")


def cookbook():
    def loaf(p):
        p.box(33, 23, 69, 27, CREAM, 1)
        p.box(38, 30, 64, 32.5, CREAM, 1)
        p.disc(51, 58, 18, "#7a4a2a", 13)
        p.disc(51, 55.5, 18, WOOD, 12)
        for x in (41, 48, 55):
            p.curve((x, 62), (x + 2, 54), (x + 6, 48), BIRCH, 1.5)
        p.disc(51, 76, 14, "#8b3d30", 1.6)

    book("cookbook", RED, "#8e372c", loaf)


def forest_book():
    def trees(p):
        p.disc(58, 36, 8, GLOW)
        for x, y, size, colour in (
            (38, 76, 14, SAGE),
            (64, 78, 15, SAGE),
            (50, 80, 20, "#bfd3c2"),
        ):
            for step in range(3):
                half = size * (1 - step * 0.25) * 0.55
                top = y - size * 0.55 * step
                p.shape([(x - half, top), (x + half, top), (x, top - size)], colour)
            p.box(x - 1, y, x + 1, y + 3, DARK_WOOD)

    book("forest_book", GREEN, "#234a40", trees)


def picture_book():
    def owl(p):
        p.disc(51, 40, 20, "#8fa9bd")
        p.disc(51, 58, 15, "#8a6748", 19)
        p.disc(51, 63, 9.5, "#d9bf98", 12)
        p.shape([(38, 47), (37, 35), (47, 41)], "#8a6748")
        p.shape([(64, 47), (65, 35), (55, 41)], "#8a6748")
        for x in (45, 57):
            p.disc(x, 49, 5.5, WHITE)
            p.disc(x, 49, 2.8, INK)
            p.disc(x + 0.9, 48, 0.9, WHITE)
        p.shape([(49, 53), (53, 53), (51, 58)], ORANGE)
        p.line([(34, 78), (68, 78)], DARK_WOOD, 2)

    book("picture_book", NIGHT, "#273648", owl)


def notebook():
    p = product_picture(BOOKS)
    p.shadow(width=28)
    p.box(25, 16, 77, 86, "#f7f3e8", 3)
    p.box(22, 14, 74, 84, SAND, 3)
    for x in range(34, 70, 6):
        for y in range(24, 80, 6):
            p.disc(x, y, 0.7, "#a5875a")
    p.box(66, 14, 69, 84, INK)
    for y in range(20, 82, 8):
        p.ring(22, y, 3, 1.3, INK, 90, 300)
    p.save("img/product_notebook.png")


def card_set():
    p = product_picture(BOOKS)
    p.shadow(width=34)
    for shift, colour in ((10, "#c9d7c8"), (5, "#e9cfc6")):
        p.box(16 + shift, 24 - shift, 72 + shift, 76 - shift, colour, 2)
    p.box(14, 30, 70, 84, WHITE, 2)
    for angle in range(0, 360, 45):
        x = 42 + 12 * math.cos(math.radians(angle))
        y = 54 + 12 * math.sin(math.radians(angle))
        p.leaf(42, 54, 15, angle, "#cf7a6b" if angle % 90 else RED)
        p.disc(x, y, 0.8, CREAM)
    p.disc(42, 54, 4, GLOW)
    p.box(30, 75, 54, 77, GREEN, 1)
    p.save("img/product_card_set.png")


def wool_socks():
    p = product_picture(GIFTS)
    p.shadow(width=34)
    for x, back in ((40, True), (22, False)):
        wool = "#d8d2c4" if back else "#ece6d8"
        p.box(x, 16, x + 22, 62, wool, 3)
        p.shape([(x, 55), (x + 22, 50), (x + 46, 70), (x + 8, 82)], wool)
        p.disc(x + 11, 70, 12, wool)
        p.disc(x + 37, 73, 12, RED, 10)
        p.box(x, 16, x + 22, 25, RED, 2)
        p.shape([(x + 12, 60), (x + 30, 60), (x + 34, 83), (x + 8, 82)], wool)
        p.disc(x + 9, 73, 8.5, RED)
        for y in (32, 44):
            p.box(x, y, x + 22, y + 1.6, GREEN)
            for step in range(3):
                left = x + 2 + step * 7
                p.shape([(left, y + 8), (left + 2.5, y + 4), (left + 5, y + 8)], RED)
    p.save("img/product_wool_socks.png")


def mittens():
    p = product_picture(GIFTS)
    p.shadow(width=34)
    for x, thumb in ((18, -1), (52, 1)):
        middle = x + 15
        tip = middle + thumb * 16
        p.disc(tip, 52, 5.5, BLUE, 11)
        p.box(x, 22, x + 30, 70, BLUE, 14)
        p.box(x + 1, 68, x + 29, 86, MIST, 3)
        for line in range(x + 4, x + 28, 4):
            p.line([(line, 70), (line, 84)], "#bccbd2", 0.9)
        for angle in range(0, 180, 30):
            dx = 9 * math.cos(math.radians(angle))
            dy = 9 * math.sin(math.radians(angle))
            p.line([(middle - dx, 46 - dy), (middle + dx, 46 + dy)], WHITE, 1.3)
        p.box(x, 62, x + 30, 64, WHITE)
    p.save("img/product_mittens.png")


def tote_bag():
    p = product_picture(GIFTS)
    p.shadow(width=32)
    p.ring(50, 36, 17, 3.2, "#d8c7a4", 180, 360)
    p.line([(33, 36), (33, 44)], "#d8c7a4", 3.2)
    p.line([(67, 36), (67, 44)], "#d8c7a4", 3.2)
    p.shape([(20, 38), (80, 38), (84, 86), (16, 86)], BIRCH)
    p.shape([(20, 38), (27, 38), (24, 86), (16, 86)], "#f2e6cd")
    p.line([(50, 78), (50, 52)], GREEN, 1.6)
    for y, length in ((74, 15), (66, 13), (58, 10)):
        p.leaf(50, y, length, -40, LEAF)
        p.leaf(50, y, length, 220, GREEN)
    p.leaf(50, 53, 9, -90, LEAF)
    p.save("img/product_tote_bag.png")


def sauna_soap():
    p = product_picture(GIFTS)
    p.shadow(width=36)
    p.box(16, 70, 84, 84, WOOD, 3)
    for x in (28, 44, 60, 74):
        p.box(x, 70, x + 1.6, 84, DARK_WOOD)
    p.box(22, 44, 78, 72, "#b9cfae", 8)
    p.box(22, 44, 78, 56, "#cfe0c5", 8)
    p.box(40, 43, 60, 73, CREAM)
    p.leaf(50, 66, 13, -90, LEAF)
    p.line([(50, 68), (50, 56)], GREEN, 0.8)
    for x, y, r in ((26, 36, 5), (36, 28, 7), (50, 34, 4), (62, 26, 6), (72, 36, 4)):
        p.disc(x, y, r, WHITE)
        p.disc(x, y, r * 0.78, "#edf3f2")
        p.disc(x - r * 0.3, y - r * 0.3, r * 0.22, WHITE)
    p.save("img/product_sauna_soap.png")


def gift_wrapping():
    p = product_picture(GIFTS)
    p.shadow(width=33)
    p.box(20, 44, 80, 86, GREEN, 2)
    p.box(16, 34, 84, 48, "#3d7465", 2)
    p.box(45, 34, 55, 86, GLOW)
    dots = [
        (26, 56),
        (36, 66),
        (28, 77),
        (64, 58),
        (72, 70),
        (62, 79),
        (26, 40),
        (74, 41),
    ]
    for x, y in dots:
        p.disc(x, y, 1.6, SAGE)
    p.leaf(50, 35, 24, -145, GLOW)
    p.leaf(50, 35, 24, -35, GLOW)
    p.leaf(50, 34, 14, -145, ORANGE)
    p.leaf(50, 34, 14, -35, ORANGE)
    p.disc(50, 34, 4.5, ORANGE)
    p.save("img/product_gift_wrapping.png")


def person(name, background, shirt, hair, paint_hair, glasses=False):
    """A portrait from the shoulders up, without much of a face."""
    p = Picture(background, size=256)
    if paint_hair == "long":
        p.box(27, 26, 73, 78, hair, 20)
    p.disc(50, 104, 37, shirt, 34)
    p.box(43, 60, 57, 76, "#e3b48e", 6)
    p.disc(50, 46, 19, SKIN, 22)
    if paint_hair == "bun":
        p.disc(50, 15, 9, hair)
    p.draw.pieslice(p._scaled(29, 20, 71, 66), 180, 360, hair)
    if paint_hair == "short":
        p.box(29, 38, 33.5, 50, hair, 2)
        p.box(66.5, 38, 71, 50, hair, 2)
    else:
        p.draw.pieslice(p._scaled(27, 22, 62, 62), 150, 290, hair)
        p.draw.pieslice(p._scaled(42, 22, 73, 60), 270, 30, hair)
    for x in (43, 57):
        p.disc(x, 48, 1.8, INK)
        if glasses:
            p.ring(x, 48, 5.6, 1.2, INK)
    if glasses:
        p.line([(48.6, 47.5), (51.4, 47.5)], INK, 1.2)
    p.ring(50, 52, 8, 1.5, "#a85a4a", 35, 145)
    p.save(f"img/user_{name}.png")


def logo():
    """A birch leaf above the shop's name: dark lines that a receipt printer can print."""
    p = Picture(None, size=320, transparent=True)
    p.leaf(50, 62, 58, -90, GREEN)
    p.line([(50, 70), (50, 16)], CREAM, 1.6)
    for y in (54, 44, 34):
        p.line([(50, y), (60, y - 9)], CREAM, 1.3)
        p.line([(50, y), (40, y - 9)], CREAM, 1.3)
    p.line([(50, 70), (50, 60)], GREEN, 1.6)
    font = ImageFont.truetype("Roboto-Medium.ttf", round(15 * p.unit))
    p.draw.text(p._scaled(50, 83), "Kauppa Koivu", GREEN, font, anchor="mm")
    # a margin keeps the letters whole where a report rounds the picture's edges
    left, top, right, bottom = p.image.getbbox()
    margin = round(2 * p.unit)
    p.image = p.image.crop(
        (left - margin, top - margin, right + margin, bottom + margin)
    )
    width, height = p.image.size
    p.size = (320, round(320 * height / width))
    p.save("img/company_logo.png")


def icon():
    """The module's icon: a shop front with an awning and a leaf on its door."""
    p = Picture("#eef3ef", size=140, transparent=True)
    p.box(20, 42, 80, 82, SAGE, 2)
    for index, x in enumerate(range(16, 84, 17)):
        colour = GREEN if index % 2 == 0 else CREAM
        p.box(x, 22, x + 17, 46, colour)
        p.disc(x + 8.5, 46, 8.5, colour)
    p.box(27, 60, 47, 76, "#dbe9e8", 1)
    p.box(56, 58, 72, 82, CREAM, 1)
    p.leaf(64, 78, 15, -90, GREEN)
    p.save("description/icon.png")


def main():
    for draw in (
        vase, candle_holder, cushion, blanket,
        mug, bowl, tray, cutting_board, kitchen_towel,
        coffee, tea, jam, rye_crisps, cup_of_coffee, cinnamon_bun,
        cookbook, forest_book, picture_book, notebook, card_set,
        wool_socks, mittens, tote_bag, sauna_soap, gift_wrapping,
        logo, icon,
    ):  # fmt: skip
        draw()
    lantern("lantern", NIGHT, SAND)
    lantern("aurora", GREEN, MIST)
    person("manager", "#dfe9e3", GREEN, "#6b4a2f", "bun", glasses=True)
    person("seller", "#e6e1d5", BLUE, "#3b2f28", "short")
    person("cashier", "#f0e0d6", RED, "#d8a24e", "long")
    person("payroll", "#e0e6ee", NIGHT, GREY, "short", glasses=True)
    person("courier", "#e9e4d0", GLOW, "#6b4a2f", "short")


if __name__ == "__main__":
    main()
