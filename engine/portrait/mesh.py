"""Places on MediaPipe's face mesh, by index. Left and right are the picture's."""

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
LEFT_EYE = (33, 133)  # outer and inner corner
RIGHT_EYE = (263, 362)
MOUTH_CORNERS = (61, 291)
LIPS_MIDDLE = (13, 14)  # inner edge of the upper and the lower lip
CHIN = 152
FOREHEAD = 10
POINTS = 468
