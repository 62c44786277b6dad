"""The eleven looks of PhotoMaker by the hosted service's names: words around the prompt, in wording of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NO_STYLE = "(No style)"
DEFAULT_LOOK = "Photographic"


@dataclass(frozen=True, slots=True)
class Look:
    """Templates; `prompt` holds `{prompt}` once, the person's own negative words come after `negative_prompt`."""

    prompt: str
    negative_prompt: str = ""


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        NO_STYLE: Look("{prompt}"),
        "Cinematic": Look(
            "film still of {prompt}, dramatic light, shallow depth of field, anamorphic lens, film grain",
            "cartoon, drawing, painting, text, glitch, deformed, ugly",
        ),
        "Disney Character": Look(
            "{prompt} as a character of an animated family film, 3d animation, big friendly eyes, soft light",
            "photo, lowres, text, bad anatomy, bad hands, extra fingers, grainy, noisy, watermark",
        ),
        "Digital Art": Look(
            "digital painting of {prompt}, concept art, illustration, matte painting, fine detail",
            "photo, photorealistic, ugly",
        ),
        DEFAULT_LOOK: Look(
            "photograph of {prompt}, 35mm film, natural light, bokeh, professional, fine detail",
            "drawing, painting, sketch, noisy, blurry, deformed, ugly",
        ),
        "Fantasy art": Look(
            "fantasy painting of {prompt}, ethereal, magical, majestic, glowing light, cover art",
            "photo, realism, cropped, frame, text, noisy, deformed, bad anatomy, ugly, black and white",
        ),
        "Neonpunk": Look(
            "{prompt} in neonpunk style, neon lights, cyberpunk, magenta highlights, purple shadows, high contrast",
            "painting, drawing, glitch, deformed, cross-eyed, ugly",
        ),
        "Enhance": Look(
            "stunning picture of {prompt}, professional, award-winning, fine detail",
            "ugly, deformed, noisy, blurry, distorted, grainy",
        ),
        "Comic book": Look(
            "comic panel of {prompt}, graphic novel, bold ink lines, flat vivid colours",
            "photo, deformed, glitch, noisy, realistic",
        ),
        "Lowpoly": Look(
            "low poly render of {prompt}, polygon mesh, faceted, isometric game art",
            "photo, noisy, grainy, fine texture",
        ),
        "Line art": Look(
            "line drawing of {prompt}, clean lines, minimalist, vector graphics",
            "photo, 35mm film, deformed, blurry, noisy, bad anatomy, oil paint, acrylic, realism",
        ),
    }
)
