"""The hosted services whose clients this server answers. A new one is a folder and a line in `PROVIDERS`."""

from __future__ import annotations

from api.providers.fal.provider import FAL
from api.providers.pixazo import PIXAZO
from api.providers.provider import Provider
from api.providers.replicate.provider import REPLICATE
from api.providers.segmind import SEGMIND

PROVIDERS: tuple[Provider, ...] = (FAL, SEGMIND, PIXAZO, REPLICATE)
