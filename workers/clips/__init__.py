"""Clips out of what cameras recorded, exact to the picture. PyAV is loaded by the children alone.

job.py         the jobs that cut clips and captures, and end them          ← start here
segments.py    footage out of the database and the object store
making.py      a clip, a still: the parent's side of the sandbox
child.py       the same behind walls (workers/sandbox): what libav may see
cut.py         the range out of segments: what is copied, what is encoded
footage.py     segments as dated samples
encoder.py     pictures encoded anew, beside the camera's own in one track
parameters.py  parameter sets of H.264 and H.265: pure
spans.py       where in a clip is what was taken when
still.py       one picture as JPEG
"""
