"""Tiny films, of four grey pictures each: what a sandbox goes through before its walls stand,
without an encoder."""

from __future__ import annotations

import base64
import zlib


def _film(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


H264_WITH_SOUND = _film(
    "eNqtVM9rE0EUfrP5oRTRIEntoUIUix6sJCGG0ENZ9ZKDN7GIWnCT2TWxO9mwM1mqBwki6F/god4F/wo9eCgevAoeBA"
    "+C4EnxphDfzOzSyTaJFjrZ2e/NzJv3Zr7vbQBg2RMPBz0eXAawQCL2BhvUqwDZXRYEEQD4LOpSmGiZbwqIevYamfRK"
    "j22Y2yzc8F2Ezhbad8WWypmZE/1gee3EIM8Y7TlolBlN36um3jffKVjtUj9MVqIedU3PDRwHLadPfVf6kBrr9T00ih"
    "FTQc0jnKN6bZmGrmcc8dgw9Mux/ZOLto/4igtODZ8XTtSpziTAxl8LsfVPipK2NB7j+yJGvUauvl0Yf4HSfcRPhZ2C"
    "ZFu+Mhd+nH1AINv9cGJX3qgtQqE33/qtOxS4ENyIimPeMcZFHD9KZUafTmBo9GaO1NY0kcmBS4zcmS31+miW1DwY9k"
    "3PGzimhtT5WOoCZxNB/0fm97HMj1My9/Gbc/ZdiUg9kqNCw+VUkZ4ZjUYryFEW8ZRdUovZl7LncCZXPLrxFfJoEWtS"
    "Pu1zOPJBi0XutqRWhAqTk6cFMtetKevtIRXy5reZKxIGzphyoIShMxj45qbVns/lpVZei0Ae6jR11GYV/LoTeY3apS"
    "o+FflB/8L/MaUX87om5wMsQKWXkPMWNPV8ro64qKsNisKjInXkpghlgWRyklLsf3S16n1x7S7sR/Cn5LN0CCjFFT8t"
    "Xz3OR3Q+Ukn2xJjdQytG2GTICOJJ9/nTtfPYNocf9SNrKX9lp7z2pKItez2x7qH12ZL8dZC/WlPxZ1Xs42SpfCTpfw"
    "GDRcZu"
)
H265 = _film(
    "eNpjYGCQSSupLMgszjdlYGBiANFAbJZbYGLIwMAsl5ufX8bAwJCTW5aRwoACmF+AKUYwQgBGVFXofAcGvIAJiBRKih"
    "KzgeyYkmywncx4TCfNXgcYg3FPbkpmIpChkJuC7i8jMBl6BEzpZqTkFMFkyjJTUpFVhgH5+R6JeSk5qSA1jOm5mXlp"
    "QIZIWS7YUGQnqKRA5GRSilLTkJzIU1qUowANRvXikqQcIPt2cUlxCpKa0xmpZYY4A8ABCD2AtAfBIIIBif//gWRpRl"
    "myMyNjApA5ASws94Hhz98fPxgY+JkVgKZIODDyMP7/D1LADFLBDEJykxomKAIlNZwYGdFkFig0sk7zmuSzLoMDxAcT"
    "JxyUgIrZXRgPFm1RAoW8QHFJSTGSU4D84mQkvgiQX4XmXKCa5HwkvkZuWWoFKO5KisA0zNPoHk8qTSkBxXFUbiqYBg"
    "FF5PgEpoGixIKCHGRNupk5xSVAWnVlST7IUtmURLBmsOE+iWVpZkZ6hkBkAEomFcDcAYpMgdy0DOQISwCmYHBkl4DE"
    "mRgsIOJMIHk+Rog7RUrSUkrQnKxRUlSaB1THCmSzAHEDE0ScD2QHEAtCsUcu0FVAmkuDcX3F62cXgzc3gJISE+MFzj"
    "qBY8IHvrU+AfJ5gXzB/1ec2YQdEAIS8/8eMZAI/WZyBwDVAYr8"
)
