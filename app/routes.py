"""The whole API on one page."""

from __future__ import annotations

from litestar import Controller, Router

from app.accounts.api_keys.controller import ApiKeyController
from app.accounts.audit.controller import AuditController
from app.accounts.auth.controller import AuthController
from app.accounts.customers.controller import CustomerController
from app.accounts.device_logins.controller import DeviceLoginController
from app.accounts.device_logins.oauth import OAuthController
from app.accounts.invitations.controller import InvitationAnswerController, InvitationController
from app.accounts.members.controller import MemberController
from app.accounts.organizations.controller import OrganizationController
from app.accounts.public_keys import PublicKeyController
from app.accounts.recovery.controller import RecoveryController
from app.accounts.second_factor.controller import SecondFactorController
from app.accounts.sessions.controller import SessionController
from app.alerting.alert_backtests.controller import AlertBacktestController, AlertRuleTestController
from app.alerting.alert_mutes.controller import AlertMuteController
from app.alerting.alert_rule_states.controller import AlertRuleStateController
from app.alerting.alert_rules.controller import AlertRuleController
from app.alerting.alerts.controller import AlertController
from app.alerting.notification_channels.controller import NotificationChannelController
from app.catalogue.device_profiles.controller import DeviceProfileController
from app.catalogue.packs.controller import PackController
from app.catalogue.schemas.controller import DtdlController, ProfileSchemaController
from app.catalogue.sensor_profiles.controller import SensorProfileController
from app.console.controller import ConsoleController
from app.control.certificates.controller import CertificateController
from app.control.command_runs.controller import AllCommandRunsController, CommandRunController
from app.control.commands.controller import CommandController
from app.control.config_artefacts.controller import ConfigArtefactController
from app.control.desired_state_bindings.controller import DesiredStateBindingController
from app.control.provisioning.controller import ProvisioningController
from app.control.rollouts.controller import AllRolloutsController, RolloutController
from app.dashboards.dashboards.controller import DashboardController
from app.dashboards.overview.controller import OverviewController
from app.dashboards.search.controller import SearchController
from app.dashboards.shares.controller import (
    DashboardShareController,
    SharedDashboardController,
    SharedDataController,
)
from app.dashboards.widget_data.controller import WidgetDataController
from app.fleet.components.controller import ComponentController
from app.fleet.connections.controller import ConnectionController
from app.fleet.device_groups.controller import DeviceGroupController
from app.fleet.devices.controller import DeviceController, DeviceImportController
from app.fleet.health.controller import HealthController
from app.fleet.inspector.controller import InspectorController
from app.fleet.sensors.controller import SensorController
from app.fleet.sites.controller import SiteController
from app.journal.annotation_classes.controller import AnnotationClassController
from app.journal.annotations.controller import (
    AnnotationController,
    AutoEventController,
)
from app.journal.events.controller import EventController
from app.journal.job_definitions.controller import JobDefinitionController
from app.journal.job_runs.controller import JobRunController
from app.journal.reference_pairs.controller import ReferencePairController
from app.media.cameras.controller import CameraController
from app.media.captures.controller import CaptureController
from app.media.dvr_clip_requests.controller import DvrClipRequestController
from app.media.live.controller import CameraLiveController, LiveSessionController
from app.media.live.streams import LiveStreamController
from app.media.media_capture_rules.controller import MediaCaptureRuleController
from app.media.playback.controller import PlaybackController, PlaylistController
from app.media.segments.controller import SegmentController
from app.operations.health.controller import PlatformHealthController
from app.operations.jobs.controller import JobController
from app.operations.local_objects import LocalObjectController
from app.operations.problems import ProblemController
from app.settings import Settings
from app.telemetry.aggregates.controller import AggregateController
from app.telemetry.exports.controller import ExportController
from app.telemetry.influxql.controller import InfluxQueryController, PingController
from app.telemetry.live.controller import LiveController
from app.telemetry.quarantine.controller import QuarantineController
from app.telemetry.readings.controller import IngestController, ReadingController

AREAS = [
    # accounts
    AuthController,
    RecoveryController,
    SecondFactorController,
    DeviceLoginController,
    SessionController,
    OrganizationController,
    CustomerController,
    MemberController,
    InvitationController,
    InvitationAnswerController,
    AuditController,
    ApiKeyController,
    # catalogue
    SensorProfileController,
    DeviceProfileController,
    ProfileSchemaController,
    PackController,
    # fleet
    SiteController,
    DeviceGroupController,
    DeviceController,
    ComponentController,
    SensorController,
    HealthController,
    ConnectionController,
    InspectorController,
    # control
    ConfigArtefactController,
    DesiredStateBindingController,
    RolloutController,
    AllRolloutsController,
    ProvisioningController,
    CertificateController,
    CommandController,
    CommandRunController,
    AllCommandRunsController,
    # telemetry
    ReadingController,
    AggregateController,
    LiveController,
    QuarantineController,
    ExportController,
    # media
    CameraController,
    DvrClipRequestController,
    CaptureController,
    MediaCaptureRuleController,
    PlaybackController,
    PlaylistController,
    SegmentController,
    CameraLiveController,
    LiveSessionController,
    LiveStreamController,
    # dashboards
    DashboardController,
    WidgetDataController,
    DashboardShareController,
    SharedDashboardController,
    SharedDataController,
    OverviewController,
    SearchController,
    # journal
    EventController,
    AnnotationClassController,
    AnnotationController,
    AutoEventController,
    ReferencePairController,
    JobDefinitionController,
    JobRunController,
    # alerting
    AlertRuleController,
    AlertRuleStateController,
    AlertRuleTestController,
    AlertBacktestController,
    AlertController,
    AlertMuteController,
    NotificationChannelController,
    # operations
    JobController,
]

# Beside the API: without a version, for programs that watch over it and for whoever meets a token
# or an error of ours.
OPERATIONS = [
    PlatformHealthController,
    ProblemController,
    PublicKeyController,
    OAuthController,
    ConsoleController,
    PingController,
    InfluxQueryController,
]


def create_routes(settings: Settings) -> list[Router | type[Controller]]:
    return [
        *OPERATIONS,
        *([LocalObjectController] if settings.storage.objects_url.startswith("file:") else []),
        Router("/api/v1", route_handlers=AREAS),
        Router(
            "/api/v1",
            route_handlers=[DeviceImportController],
            request_max_body_size=settings.limits.import_max_bytes,
        ),
        Router("/api/schemas", route_handlers=[DtdlController]),
        Router(
            "/api/v1",
            route_handlers=[IngestController],
            request_max_body_size=settings.limits.batch_max_bytes,
        ),
    ]
