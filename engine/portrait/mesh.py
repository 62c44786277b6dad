"""Places on MediaPipe's face mesh, by index. Left and right are the picture's."""

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
LEFT_EYE = (33, 133)  # outer and inner corner
RIGHT_EYE = (263, 362)
MOUTH_CORNERS = (61, 291)
LIPS_MIDDLE = (13, 14)  # inner edge of the upper and the lower lip

# fmt: off
# Edges of the lips, corner to corner, and both as closed outlines.
OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIPS_OUTER = OUTER_LOWER + OUTER_UPPER[-2:0:-1]
LIPS_INNER = INNER_UPPER + INNER_LOWER[-2:0:-1]
CORNERS = (61, 291, 78, 308)
UPPER_LIP = (185, 40, 39, 37, 0, 267, 269, 270, 409, 191, 80, 81, 82, 13, 312, 311, 310, 415)
LOWER_LIP = (146, 91, 181, 84, 17, 314, 405, 321, 375, 95, 88, 178, 87, 14, 317, 402, 318, 324)
# The rings between the outer and the inner edge of the lips, and two more points at each corner.
UPPER_MIDDLE = (184, 74, 73, 72, 11, 302, 303, 304, 408, 183, 42, 41, 38, 12, 268, 271, 272, 407)
LOWER_MIDDLE = (77, 90, 180, 85, 16, 315, 404, 320, 307, 96, 89, 179, 86, 15, 316, 403, 319, 325)
CORNERS_MIDDLE = (76, 306, 62, 292)
CHIN_AREA = (152, 148, 377, 176, 400, 175, 199, 200, 18, 83, 313, 149, 378)
CHIN_TIP = 152
JAW = (136, 150, 365, 379)
JAW_LINE = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
EARS = (234, 454)
BETWEEN_EYES = 168
NOSE_BRIDGE = (168, 6, 197, 195, 5)
NOSE_WINGS = ((64, 98, 97), (294, 327, 326))
LEFT_BROW, RIGHT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
FOREHEAD_TOP = 10
FOREHEAD_RIM = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
FOREHEAD_PATCH = (103, 67, 109, 10, 338, 297, 332, 333, 299, 9, 69, 104)
LEFT_FOREHEAD, RIGHT_FOREHEAD = (71, 68, 104, 69, 108), (301, 298, 333, 299, 337)  # above the brows, outer to inner
LEFT_CHEEK, RIGHT_CHEEK = (50, 205, 101), (280, 425, 330)
# Of both eyes: the lower lid from the outer to the inner corner, then the upper lid between them.
EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398),
)
LID_CREASES = ((247, 30, 29, 27, 28, 56, 190), (467, 260, 259, 257, 258, 286, 414))
# fmt: on
