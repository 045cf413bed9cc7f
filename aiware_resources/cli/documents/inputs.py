"""The inputs of the mutations that create jobs, as far as a GraphQL document shows whether its literals fit.

Which fields there are, which are required, and what makes sense is checked as in a preview, with better words. Lists
and their items may be null here: what aiWARE refuses beyond that depends on its version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    ValuesOfCorrectTypeRule,
    VariablesInAllowedPositionRule,
    build_schema,
    validate,
)

_INPUTS = """
scalar JSONData
scalar DateTime
scalar Answer
type Query { _: Answer }
type Mutation {
  createJob(input: CreateJob): Answer
  launchSingleEngineJob(input: LaunchSingleEngineJob): Answer
}
input CreateJob {
  name: String, status: String, targetId: ID, target: CreateTDOInJob, tasks: [CreateTask], routes: [CreateRoute],
  clusterId: ID, retries: Int, scheduledJobId: ID, jobTemplateId: ID, skipDecider: Boolean, jobConfig: JSONData,
  isReprocessJob: Boolean, organizationId: ID, notificationUris: [String]
}
input CreateTask {
  taskType: String, engineId: ID, payloadString: String, payload: JSONData, isClone: Boolean, buildId: String,
  testTask: Boolean, standbyTask: CreateTask, ioFolders: [CreateIOFolder], executionPreferences: ExecutionPreferences,
  notificationUris: [String]
}
input ExecutionPreferences {
  maxRetries: Int, maxEngines: Int, parallelProcessing: Boolean, dueDateTime: DateTime,
  parentCompleteBeforeStarting: Boolean, priority: Int
}
enum IOFolderMode { stream chunk }
enum IOFolderType { input output }
input CreateIOFolder { referenceId: ID, mode: IOFolderMode, type: IOFolderType, options: JSONData }
input CreateRoute { parentIoFolderReferenceId: ID, childIoFolderReferenceId: ID, options: JSONData }
input CreateTDOInJob {
  startDateTime: DateTime, stopDateTime: DateTime, status: String, name: String, description: String,
  isPublic: Boolean, parentFolderId: ID, sourceData: JSONData, details: JSONData, contentTemplates: JSONData,
  addToIndex: Boolean, thumbnailUrl: String, previewUrl: String, sourceImageUrl: String, assets: JSONData
}
input LaunchSingleEngineJob {
  engineId: ID, uploadUrl: String, targetId: ID, clusterId: ID, fields: [SingleEngineJobField]
}
input SingleEngineJobField { fieldName: String, fieldValue: String }
"""

_ABOUT_FIELDS = ("is not defined by type", "unknown field", "was not provided", "required field", "to be an object")
"""Parts of messages about fields that are not known, missing, or have other fields in them."""


def misfits(document: DocumentNode) -> Iterator[GraphQLError]:
    """The literals and variables in the inputs of jobs that are not of the type that is wanted."""
    for error in validate(_schema(), document, [ValuesOfCorrectTypeRule, VariablesInAllowedPositionRule]):
        if not any(part in error.message for part in _ABOUT_FIELDS) and not _wants_an_object(error.message):
            yield error


def _wants_an_object(message: str) -> bool:
    """Whether a message says, as graphql-core 3.2 does, that something is not an object: what reads it tells that."""
    wanted = re.match(r"Expected value of type '(\w+)!?', found", message)
    return wanted is not None and isinstance(_schema().get_type(wanted[1]), GraphQLInputObjectType)


@cache
def _schema() -> GraphQLSchema:
    return build_schema(_INPUTS, assume_valid=True)
