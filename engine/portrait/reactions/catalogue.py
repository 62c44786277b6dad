"""The sixteen reactions: what each does to a face, what it puts on, and the emoji it is found by. Knows no pixels."""

from __future__ import annotations

from dataclasses import dataclass

from engine.portrait.reactions.moves import MOVES, Moves


@dataclass(frozen=True, slots=True)
class Mouth:
    """What an opened mouth shows: upper teeth, and a tongue of size 0 (none) .. 1 (laughing)."""

    has_teeth: bool = True
    tongue: float = 1.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """One sticker's mood.

    `emoji`: one grapheme that Telegram takes for a sticker. `props`: names of files in `props/`; `props_alone`: those
    for a face that cannot be moved (a profile), where they differ. `mouth`: None where no mouth is painted.
    `blush`, `red_lips`, `smile_folds`, `frown`, `worry`: how strongly these are painted, 0..1. `skin`: the colour that
    the skin takes, `skin_strength` how much of it.
    """

    name: str
    emoji: str
    moves: Moves
    props: tuple[str, ...] = ()
    props_alone: tuple[str, ...] = ()
    mouth: Mouth | None = None
    blush: float = 0
    red_lips: float = 0
    smile_folds: float = 0
    frown: float = 0
    worry: float = 0
    skin: str = ""
    skin_strength: float = 0


LAUGH = Mouth()

REACTIONS: tuple[Reaction, ...] = (
    Reaction("grin", "😀", MOVES["grin"], props_alone=("smile_bubble",), mouth=LAUGH, smile_folds=0.21),
    Reaction("joy", "😂", MOVES["joy"], ("joy_tears",), mouth=LAUGH, smile_folds=0.24),
    Reaction("heart eyes", "😍", MOVES["heart eyes"], ("heart_eyes",), mouth=LAUGH, blush=0.25, smile_folds=0.18),
    Reaction("star eyes", "🤩", MOVES["star eyes"], ("star_eyes",), mouth=LAUGH, smile_folds=0.21),
    Reaction("kiss", "😘", MOVES["kiss"], ("kiss_heart",), blush=0.35, red_lips=0.4),
    Reaction("wink", "😉", MOVES["wink"], ("sparkle",), smile_folds=0.18),
    Reaction("sunglasses", "😎", MOVES["sunglasses"], ("sunglasses",), smile_folds=0.18),
    Reaction("party", "🥳", MOVES["party"], ("party_hat", "confetti"), mouth=LAUGH, blush=0.3, smile_folds=0.21),
    Reaction("surprise", "😮", MOVES["surprise"], props_alone=("exclamation",), mouth=Mouth(False, 0.55), worry=0.22),
    Reaction("sad", "😢", MOVES["sad"], ("tear",), worry=0.22),
    Reaction("crying", "😭", MOVES["crying"], ("tear_streams",), mouth=LAUGH, frown=0.2),
    Reaction("angry", "😡", MOVES["angry"], ("anger_mark",), frown=0.6, skin="#d9402c", skin_strength=0.72),
    Reaction("sleepy", "😴", MOVES["sleepy"], ("zzz",), mouth=Mouth(False, 0)),
    Reaction("angel", "😇", MOVES["angel"], ("halo",), blush=0.3, smile_folds=0.15),
    Reaction("devil", "😈", MOVES["devil"], ("horns",), smile_folds=0.24, frown=0.3, skin="#9a4fd0", skin_strength=0.8),
    Reaction("sweat", "😅", MOVES["sweat"], ("sweat_drop",), mouth=Mouth(True, 0), smile_folds=0.18),
)
