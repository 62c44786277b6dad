"""Sixteen reactions from one photo: the face is moved and painted, props are put on, any style draws it."""

from engine.portrait.reactions.catalogue import REACTIONS, Reaction
from engine.portrait.reactions.draw import draw_reaction
from engine.portrait.reactions.expression import expression_emoji

__all__ = ["REACTIONS", "Reaction", "draw_reaction", "expression_emoji"]
