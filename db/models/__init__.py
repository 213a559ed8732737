"""The tables of schema `platform`, one file for each area of the product.

base       what all have in common
accounts, audit, catalogue, fleet, control, configuration, telemetry, journal, annotations,
analytics, alerting, alerts, dashboards, jobs, media, views  by area
"""

from db.models.accounts import (
    AccountMail,
    ApiKey,
    IdempotencyRecord,
    Invitation,
    Membership,
    Organization,
    Quota,
    Usage,
    UserAccount,
    UserSession,
)
from db.models.alerting import AlertChange, Notification, NotificationChannel
from db.models.alerts import (
    Alert,
    AlertComment,
    AlertMute,
    AlertPair,
    AlertRule,
    AlertRuleVersion,
    AlertTransition,
)
from db.models.analytics import ReferencePair
from db.models.annotations import Annotation, AnnotationClass
from db.models.audit import AuditEntry, AuditSeal
from db.models.base import Row
from db.models.catalogue import DeviceProfile, DeviceProfileComponent, Pack, SensorProfile
from db.models.configuration import (
    ConfigArtefact,
    DesiredStateBinding,
    DeviceConfig,
    DeviceConfigEntry,
    Rollout,
)
from db.models.control import (
    BrokerCertificate,
    Certificate,
    CertificateAuthority,
    Command,
    CommandRun,
    DeviceKey,
    DeviceLease,
    DeviceMessage,
    RegistrationToken,
)
from db.models.dashboards import Dashboard, DashboardShare
from db.models.fleet import (
    BrokerBeat,
    Component,
    ConnectionRecord,
    Device,
    DeviceGroup,
    DeviceHealth,
    DevicePlacement,
    DeviceTag,
    DeviceWord,
    Sensor,
    SensorWord,
    Site,
)
from db.models.jobs import Job, Schedule
from db.models.journal import Event
from db.models.media import (
    Camera,
    CameraLease,
    DvrClipRequest,
    DvrSegment,
    DvrUpload,
    LiveSession,
    MediaCapture,
    MediaCaptureRule,
    MediaCaptureState,
    MediaUsage,
    ObjectGarbage,
    RecorderBeat,
)
from db.models.telemetry import QuarantineEntry, QuarantineWave
from db.models.views import Export

__all__ = [
    "AccountMail",
    "Alert",
    "AlertChange",
    "AlertComment",
    "AlertMute",
    "AlertPair",
    "AlertRule",
    "AlertRuleVersion",
    "AlertTransition",
    "Annotation",
    "AnnotationClass",
    "ApiKey",
    "AuditEntry",
    "AuditSeal",
    "BrokerBeat",
    "BrokerCertificate",
    "Camera",
    "CameraLease",
    "Certificate",
    "CertificateAuthority",
    "Command",
    "CommandRun",
    "Component",
    "ConfigArtefact",
    "ConnectionRecord",
    "Dashboard",
    "DashboardShare",
    "DesiredStateBinding",
    "Device",
    "DeviceConfig",
    "DeviceConfigEntry",
    "DeviceGroup",
    "DeviceHealth",
    "DeviceKey",
    "DeviceLease",
    "DeviceMessage",
    "DevicePlacement",
    "DeviceProfile",
    "DeviceProfileComponent",
    "DeviceTag",
    "DeviceWord",
    "DvrClipRequest",
    "DvrSegment",
    "DvrUpload",
    "Event",
    "Export",
    "IdempotencyRecord",
    "Invitation",
    "Job",
    "LiveSession",
    "MediaCapture",
    "MediaCaptureRule",
    "MediaCaptureState",
    "MediaUsage",
    "Membership",
    "Notification",
    "NotificationChannel",
    "ObjectGarbage",
    "Organization",
    "Pack",
    "QuarantineEntry",
    "QuarantineWave",
    "Quota",
    "RecorderBeat",
    "ReferencePair",
    "RegistrationToken",
    "Rollout",
    "Row",
    "Schedule",
    "Sensor",
    "SensorProfile",
    "SensorWord",
    "Site",
    "Usage",
    "UserAccount",
    "UserSession",
]
