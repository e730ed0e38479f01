"""The same picture in fewer bytes, and as an address that a page can hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count

FONTS = "system-ui,-apple-system,Segoe UI,Roboto,Liberation Sans,Arial,sans-serif"
MIN_USES = 3
"""A style that stands as often becomes a class."""

_NOT_DRAWN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_TAG, _BETWEEN = re.compile(r"<[^>]*>"), re.compile(r">\s+<")
_NUMBER = re.compile(r"-?\d*\.\d+")
_GROUP_NAME = re.compile(r'(?<=<g) id="[^"]*"')
_NO_TURN = re.compile(r' transform="rotate\(-?0[ ,][^"]*\)"')
_STYLE, _PATH = re.compile(r' style="([^"]*)"'), re.compile(r' d="([^"]*)"')
_FAMILY = re.compile(r"font-family:[^;\"]*;?")
_SHORT_FONT = re.compile(r"font:\s*((?:bold|italic)\s+)?([\d.]+px)\s+[^;\"]*;?")
_CODES = (("%", "%25"), ("#", "%23"), ("&", "%26"), ("<", "%3C"), (">", "%3E"), ('"', "%22"))
_NAMED, _REFERRED = re.compile(r' id="([^"]*)"'), re.compile(r'(url\(|href=")#([^")]*)')
_XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
_GROUP = re.compile(r"<g>|<g [^>]*>|</g>")


def compact_svg(svg: str) -> str:
    """Drawn by matplotlib in, drawn the same out: no prolog or comments, short names, tenths of a
    point, one font for the whole, repeated styles as classes, no groups that group nothing."""
    svg = _NOT_DRAWN.sub("", svg[svg.index("<svg") :])
    svg = _BETWEEN.sub("><", _TAG.sub(_shorten, svg))
    svg = _share_styles(_shorten_names("".join(_unwrap(svg))))
    return svg.replace("<svg ", f'<svg style="font-family:{FONTS}" ', 1)


def encode_svg(svg: str) -> str:
    """The picture as a data URI that fits between double quotes, also in a `srcset`."""
    text = _TAG.sub(_turn_quotes, svg)
    for sign, code in _CODES:
        text = text.replace(sign, code)
    return "data:image/svg+xml;charset=utf-8," + re.sub(r"\s", "%20", text)


def _turn_quotes(tag: re.Match[str]) -> str:
    return tag.group().replace("'", "&apos;").replace('"', "'")


def _shorten(tag: re.Match[str]) -> str:
    text = _NO_TURN.sub("", _GROUP_NAME.sub("", tag.group()))
    text = _PATH.sub(_shorten_path, _NUMBER.sub(_round, text))
    return " ".join(_STYLE.sub(_shorten_style, text).split())


def _round(number: re.Match[str]) -> str:
    text = f"{float(number.group()):.1f}"
    return "0" if text in ("0.0", "-0.0") else text.removesuffix(".0")


def _shorten_path(path: re.Match[str]) -> str:
    text = re.sub(r"\s*([MLCQHVZz])\s*", r"\1", path.group(1)).strip()
    return f' d="{text}"'


def _shorten_style(style: re.Match[str]) -> str:
    text = _SHORT_FONT.sub(_say_font, _FAMILY.sub("", style.group(1)))
    text = ";".join(part.strip().replace(": ", ":") for part in text.split(";") if part.strip())
    text = text.replace("text-anchor:start", "").strip(";").replace(";;", ";")
    return f' style="{text}"' if text else ""


def _say_font(font: re.Match[str]) -> str:
    weight, size = font.group(1), font.group(2)
    said = "" if not weight else "font-weight:bold;" if "bold" in weight else "font-style:italic;"
    return f"{said}font-size:{size};"


def _shorten_names(svg: str) -> str:
    """The names that a picture refers to within itself, as `a0`, `a1` and so on."""
    known = dict.fromkeys(name.group(1) for name in _NAMED.finditer(svg))
    short = {name: f"a{number}" for number, name in enumerate(known)}
    svg = _NAMED.sub(lambda one: f' id="{short[one.group(1)]}"', svg)
    svg = _REFERRED.sub(lambda one: f"{one.group(1)}#{short[one.group(2)]}", svg)
    return svg.replace("xlink:href=", "href=").replace(_XLINK, "")


def _unwrap(svg: str) -> Iterator[str]:
    """The text without pairs of tags of groups that have no attribute."""
    kept: list[bool] = []
    place = 0
    for tag in _GROUP.finditer(svg):
        yield svg[place : tag.start()]
        place = tag.end()
        if tag.group() == "</g>":
            if kept.pop():
                yield "</g>"
        else:
            kept.append(tag.group() != "<g>")
            if kept[-1]:
                yield tag.group()
    yield svg[place:]


def _share_styles(svg: str) -> str:
    used = Counter(_STYLE.findall(svg))
    shared = [style for style, n in used.most_common() if n >= MIN_USES]
    names = dict(zip(shared, _name_classes(), strict=False))
    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    svg = _STYLE.sub(
        lambda one: f' class="{names[one.group(1)]}"' if one.group(1) in names else one.group(),
        svg,
    )
    return svg.replace("</style>", f"{rules}</style>", 1)


def _name_classes() -> Iterator[str]:
    return (f"s{number}" for number in count())
