"""The GraphQL documents, as named constants.

Whatever a user gives goes into variables. Variables are declared only of types whose names aiWARE publishes; values of
unnamed types (ioFolders, routes) travel inside the variable of the input that encloses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiware_resources.api.failures import Kind

_CLUSTER = """
fragment ClusterFields on Cluster {
  id name type organizationId allowedEngines containerTag paused memorySizeBytes storageSizeBytes
  bypassAllowedEngines tags status targetStatus clusterConfig mediaStorage mediaStoragePath restartTimeUTC
  createdDateTime deletedDateTime
  collaborators { records { organizationId permission } }
  subscriptions { records { userId isActive } }
}
"""

_TDO = """
fragment TdoFields on TemporalDataObject {
  id name description startDateTime stopDateTime source status isPublic details
  thumbnailUrl previewUrl sourceImageUrl organizationId createdDateTime modifiedDateTime
  folders { id treeObjectId }
  sourceData { taskId sourceId scheduledJobId }
}
"""

_ASSET = """
fragment AssetFields on Asset {
  id name assetType contentType details containerId createdDateTime
  fileData { md5sum size }
}
"""

# As little as polling needs; a batch of fifty jobs asks for all of it, every few seconds.
_JOB_STATUS = """
fragment JobStatus on Job {
  id name status targetId clusterId createdDateTime
  target { id }
  tasks(offset: 0, limit: 30) { limit count records { ...TaskStatus } }
}
"""

_TASK_STATUS = """
fragment TaskStatus on Task {
  id status engineId failureReason failureMessage
  createdDateTime queuedDateTime startedDateTime completedDateTime
  engine { id name }
}
"""

_TASK_DETAILS = """
fragment TaskDetails on Task {
  ...TaskStatus
  payload output
  ioFolders { referenceId mode type }
  log { uri text }
}
"""

_EXPORT = """
fragment ExportFields on ExportRequest {
  id status assetUri organizationId requestorId createdDateTime modifiedDateTime
}
"""

_ENGINE = """
fragment EngineFields on Engine {
  id name description state mode libraryRequired supportedInputFormats outputFormats
  category { id name categoryType type { name } }
  fields { name type label info required min max step defaultValue defaultValues options { key value } }
}
"""


@dataclass(frozen=True)
class Operation:
    """A document with one root field.

    Attributes:
        field: The root field, which is aiWARE's name of the operation.
        kind: Whether it changes something.
        text: The document.
    """

    field: str
    kind: Kind
    text: str


@dataclass(frozen=True)
class Lookup:
    """A read of many objects at once: one field under an alias for each id.

    Attributes:
        field: The root field, which takes the id.
        selection: What to read of it, in braces.
        fragments: The fragments that the selection uses.
    """

    field: str
    selection: str
    fragments: str

    def text(self, count: int) -> str:
        """The document for so many ids, whose variables and aliases are those of `variable` and `alias`."""
        declared = ", ".join(f"${variable(index)}: ID!" for index in range(count))
        fields = "\n".join(
            f"  {alias(index)}: {self.field}(id: ${variable(index)}) {self.selection}" for index in range(count)
        )
        return f"query {self.field}({declared}) {{\n{fields}\n}}\n{self.fragments}"

    def variables(self, ids: Sequence[str]) -> dict[str, str]:
        """The variables of the document for these ids."""
        return {variable(index): id_ for index, id_ in enumerate(ids)}


def alias(index: int) -> str:
    """The alias of the object at this place of a batch."""
    return f"object{index}"


def variable(index: int) -> str:
    """The variable of the object at this place of a batch, without the dollar sign."""
    return f"id{index}"


def _query(field: str, signature: str, body: str, *fragments: str) -> Operation:
    return Operation(field, Kind.READ, f"query {field}{signature} {{ {field}{body} }}\n{''.join(fragments)}")


def _mutation(field: str, signature: str, body: str, *fragments: str) -> Operation:
    return Operation(field, Kind.MUTATION, f"mutation {field}{signature} {{ {field}{body} }}\n{''.join(fragments)}")


# A login may be repeated without harm, so it is retried like a read.
USER_LOGIN = Operation(
    "userLogin",
    Kind.READ,
    "mutation userLogin($input: UserLogin) { userLogin(input: $input) { token passwordResetRequired } }",
)
ME = _query("me", "", " { id name email organizationId organization { id name } }")

CREATE_CLUSTER = _mutation(
    "createCluster", "($input: CreateCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER
)
UPDATE_CLUSTER = _mutation(
    "updateCluster", "($input: UpdateCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER
)
PAUSE_CLUSTER = _mutation("pauseCluster", "($input: PauseCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER)
UNPAUSE_CLUSTER = _mutation(
    "unpauseCluster", "($input: UnpauseCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER
)
DELETE_CLUSTER = _mutation("deleteCluster", "($id: ID!)", "(id: $id) { id message }")
# `cluster(id:)` is non-null: one missing id would null the whole batch. The list takes an id too.
CLUSTERS = Lookup("clusters", "{ records { ...ClusterFields } }", _CLUSTER)
CLUSTERS_NAMED = _query(
    "clusters",
    "($name: String, $offset: Int, $limit: Int)",
    "(name: $name, nameMatch: exact, offset: $offset, limit: $limit) { limit count records { ...ClusterFields } }",
    _CLUSTER,
)
# The name may stand anywhere in a cluster's name; that is aiWARE's default.
CLUSTERS_FOUND = _query(
    "clusters",
    "($name: String, $type: ClusterType, $offset: Int, $limit: Int)",
    "(name: $name, type: $type, offset: $offset, limit: $limit) { limit count records { ...ClusterFields } }",
    _CLUSTER,
)
ALL_CLUSTERS = _query(
    "clusters",
    "($offset: Int, $limit: Int)",
    "(offset: $offset, limit: $limit) { limit count records { ...ClusterFields } }",
    _CLUSTER,
)

CREATE_TDO = _mutation("createTDO", "($input: CreateTDO)", "(input: $input) { ...TdoFields }", _TDO)
UPDATE_TDO = _mutation("updateTDO", "($input: UpdateTDO)", "(input: $input) { ...TdoFields }", _TDO)
DELETE_TDO = _mutation("deleteTDO", "($id: ID!)", "(id: $id) { id message }")
CLEANUP_TDO = _mutation(
    "cleanupTDO", "($id: ID!, $options: [TDOCleanupOption!])", "(id: $id, options: $options) { id message }"
)
# `temporalDataObjects(ids:)` would be one field for all, but older installations do not know it.
TDOS = Lookup("temporalDataObject", "{ ...TdoFields }", _TDO)
TDOS_CREATED_SINCE = _query(
    "temporalDataObjects",
    "($since: DateTime, $offset: Int, $limit: Int)",
    "(orderBy: createdDateTime, orderDirection: desc, offset: $offset, limit: $limit,"
    " dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) { limit count records { ...TdoFields } }",
    _TDO,
)

TDOS_FOUND = _query(
    "temporalDataObjects",
    "($when: [TemporalDataObjectDateTimeFilter!], $offset: Int, $limit: Int)",
    "(orderBy: createdDateTime, orderDirection: desc, offset: $offset, limit: $limit,"
    " dateTimeFilter: $when) { limit count records { ...TdoFields } }",
    _TDO,
)

# The file travels beside the document, as the one file part of a multipart request.
CREATE_ASSET = _mutation("createAsset", "($input: CreateAsset!)", "(input: $input) { ...AssetFields }", _ASSET)
DELETE_ASSET = _mutation("deleteAsset", "($id: ID!)", "(id: $id) { id message }")
ASSETS = _query(
    "temporalDataObject",
    "($id: ID!, $offset: Int, $limit: Int)",
    "(id: $id) { assets(offset: $offset, limit: $limit) { limit count records { ...AssetFields } } }",
    _ASSET,
)

CREATE_JOB = _mutation(
    "createJob", "($input: CreateJob)", "(input: $input) { ...JobStatus }", _JOB_STATUS, _TASK_STATUS
)
CANCEL_JOB = _mutation("cancelJob", "($id: ID!)", "(id: $id) { id message }")
RETRY_JOB = _mutation("retryJob", "($id: ID!)", "(id: $id) { ...JobStatus }", _JOB_STATUS, _TASK_STATUS)
JOBS = Lookup("job", "{ ...JobStatus }", _JOB_STATUS + _TASK_STATUS)


def launch_single_engine_job(fields: int) -> Operation:
    """`launchSingleEngineJob` with so many template fields; none of its input types has a published name."""
    indices = range(fields)
    declared = "".join(f", $name{index}: String!, $value{index}: String" for index in indices)
    given = ", ".join(f"{{fieldName: $name{index}, fieldValue: $value{index}}}" for index in indices)
    return _mutation(
        "launchSingleEngineJob",
        f"($engineId: ID!, $uploadUrl: String, $targetId: ID{declared})",
        "(input: {engineId: $engineId, uploadUrl: $uploadUrl, targetId: $targetId, fields: ["
        f"{given}]}}) {{ ...JobStatus }}",
        _JOB_STATUS,
        _TASK_STATUS,
    )


JOB_TASKS = _query(
    "job",
    "($id: ID!, $offset: Int, $limit: Int)",
    "(id: $id) { tasks(offset: $offset, limit: $limit) { limit count records { ...TaskStatus } } }",
    _TASK_STATUS,
)
JOB_DETAILS = _query(
    "job",
    "($id: ID!)",
    """(id: $id) {
    id name status targetId clusterId createdDateTime jobConfig
    target { id }
    routes { parentIoFolderReferenceId childIoFolderReferenceId }
  }""",
)
JOB_TASK_DETAILS = _query(
    "job",
    "($id: ID!, $offset: Int, $limit: Int)",
    "(id: $id) { tasks(offset: $offset, limit: $limit) { limit count records { ...TaskDetails } } }",
    _TASK_DETAILS,
    _TASK_STATUS,
)
JOBS_CREATED_SINCE = _query(
    "jobs",
    "($since: DateTime, $clusterId: ID, $targetId: ID, $offset: Int, $limit: Int)",
    """(clusterId: $clusterId, targetId: $targetId, offset: $offset, limit: $limit,
    orderBy: [{field: createdDateTime, direction: desc}],
    dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) {
    limit count
    records {
      id name status targetId clusterId createdDateTime jobConfig
      tasks(offset: 0, limit: 30) { limit count records { id engineId status payload } }
    }
  }""",
)

JOBS_FOUND = _query(
    "jobs",
    "($status: [JobStatusFilter!], $when: [JobDateTimeFilter!], $targetId: ID, $clusterId: ID, $engineIds: [ID!],"
    " $offset: Int, $limit: Int)",
    """(status: $status, dateTimeFilter: $when, targetId: $targetId, clusterId: $clusterId, engineIds: $engineIds,
    orderBy: [{field: createdDateTime, direction: desc}], offset: $offset, limit: $limit) {
    limit count records { ...JobStatus }
  }""",
    _JOB_STATUS,
    _TASK_STATUS,
)

CREATE_EXPORT_REQUEST = _mutation(
    "createExportRequest", "($input: CreateExportRequest!)", "(input: $input) { ...ExportFields }", _EXPORT
)
# `exportRequest(id:)` is non-null, see CLUSTERS.
EXPORT_REQUESTS = Lookup("exportRequests", "{ records { ...ExportFields } }", _EXPORT)
# The list takes no times and promises no order.
ALL_EXPORT_REQUESTS = _query(
    "exportRequests",
    "($offset: Int, $limit: Int)",
    "(offset: $offset, limit: $limit) { limit count records { ...ExportFields } }",
    _EXPORT,
)

EXPORTS_FOUND = _query(
    "exportRequests",
    "($status: [ExportRequestStatus!], $offset: Int, $limit: Int)",
    "(status: $status, offset: $offset, limit: $limit) { limit count records { ...ExportFields } }",
    _EXPORT,
)

ENGINE_RESULTS = _query(
    "engineResults",
    "($jobId: ID, $tdoId: ID, $engineIds: [ID!])",
    """(jobId: $jobId, tdoId: $tdoId, engineIds: $engineIds) {
    records { tdoId engineId jsondata startOffsetMs stopOffsetMs assetId userEdited taskId }
  }""",
)

ENGINES = _query(
    "engines",
    "($ids: [ID!], $category: String, $name: String, $filter: EngineFilter, $offset: Int, $limit: Int)",
    """(ids: $ids, category: $category, name: $name, filter: $filter, offset: $offset, limit: $limit) {
    limit count records { ...EngineFields }
  }""",
    _ENGINE,
)
ENGINE_CATEGORIES = _query(
    "engineCategories",
    "($type: String, $offset: Int, $limit: Int)",
    """(type: $type, offset: $offset, limit: $limit) {
    limit count records { id name description categoryType totalEngines type { name } }
  }""",
)
