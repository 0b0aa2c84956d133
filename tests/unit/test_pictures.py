"""Pictures of strangers become small and harmless, or are refused (attacks O-115)."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from idp.pictures import SIDE, NoPicture, small_png


def drawn(kind: str, size: tuple[int, int] = (600, 300), **how: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (31, 95, 168)).save(written, kind, **how)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_square_png(kind):
    with Image.open(io.BytesIO(small_png(drawn(kind)))) as picture:
        assert (picture.format, picture.size) == ("PNG", (SIDE, SIDE))


def test_it_is_a_few_kilobytes_whatever_came():
    noise = Image.effect_noise((1000, 1000), 90).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    assert len(small_png(written.getvalue())) < 16_000


def test_nothing_that_was_hidden_in_it_stays():
    exif = Image.Exif()
    exif[0x010E] = "made by Siti at home"
    assert b"Siti" in drawn("JPEG", exif=exif)
    assert b"Siti" not in small_png(drawn("JPEG", exif=exif))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


HUGE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
    + chunk(b"IEND", b"")
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><title>not found</title>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        drawn("PNG")[:60],
        drawn("PNG", (2001, 2000)),
        HUGE,
    ],
    ids=["nothing", "svg", "page", "gif", "cut", "large", "bomb"],
)
def test_anything_else_is_refused(body):
    with pytest.raises(NoPicture):
        small_png(body)
