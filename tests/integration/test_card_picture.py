"""The picture that the README begins with can be made again, and stays small enough for a page."""

from pathlib import Path

from tests.card_picture import PICTURE, draw

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_BYTES = 150_000


def test_the_card_is_drawn_again(tmp_path: Path) -> None:
    drawn = tmp_path / "card.png"
    draw(drawn)
    for picture in (drawn, PICTURE):
        assert picture.read_bytes().startswith(_PNG)
        assert picture.stat().st_size < _MOST_BYTES
    assert drawn.stat().st_size > PICTURE.stat().st_size / 2, "much of the card is missing"
