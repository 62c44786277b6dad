"""ip-adapter-face-id: Stable Diffusion 1.5 or SDXL with a FaceID adapter: a person by the identity of the face."""
