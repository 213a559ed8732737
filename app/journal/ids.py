"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

ANNOTATION_CLASS = example_id("annotation class")
ANNOTATION = example_id("annotation")
REFERENCE_PAIR = example_id("reference pair")

AnnotationClassId = Annotated[UUID, described("The class.", ANNOTATION_CLASS)]
AnnotationId = Annotated[UUID, described("The annotation.", ANNOTATION)]
ReferencePairId = Annotated[UUID, described("The pair.", REFERENCE_PAIR)]
