"""What can go wrong: every code that an error of the API can carry. A page to review.

Stable: clients compare with them. A code is added, never renamed; tests find those that nothing
gives. It imports nothing of ours: every layer may read it.

names     the codes
meanings  what each means, and what to do
"""

from app.problem_codes.meanings import CODES, Code
from app.problem_codes.names import ProblemCode

__all__ = ["CODES", "Code", "ProblemCode"]
