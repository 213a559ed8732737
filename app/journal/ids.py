"""The ids of this area's resources, as they travel, and an example of each."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from app.core.documentation import described, example_id

ANNOTATION_CLASS = example_id("annotation class")
ANNOTATION = example_id("annotation")
REFERENCE_PAIR = example_id("reference pair")
JOB_DEFINITION = example_id("job definition")
JOB_RUN = example_id("job run")

AnnotationClassId = Annotated[UUID, described("The class.", ANNOTATION_CLASS)]
AnnotationId = Annotated[UUID, described("The annotation.", ANNOTATION)]
ReferencePairId = Annotated[UUID, described("The pair.", REFERENCE_PAIR)]
JobDefinitionId = Annotated[UUID, described("The definition.", JOB_DEFINITION)]
JobRunId = Annotated[UUID, described("The run.", JOB_RUN)]
