# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Where each resource's methods are. A module is imported when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from holdfast_client.transport import AsyncTransport, SyncTransport

if TYPE_CHECKING:
    from holdfast_client.api.accounts import (
        ApiKeysApi,
        AsyncApiKeysApi,
        AsyncAuditLogApi,
        AsyncAuthApi,
        AsyncCustomersApi,
        AsyncInvitationsApi,
        AsyncOrganizationsApi,
        AuditLogApi,
        AuthApi,
        CustomersApi,
        InvitationsApi,
        OrganizationsApi,
    )
    from holdfast_client.api.alerting import (
        AlertBacktestsApi,
        AlertMutesApi,
        AlertRulesApi,
        AlertsApi,
        AsyncAlertBacktestsApi,
        AsyncAlertMutesApi,
        AsyncAlertRulesApi,
        AsyncAlertsApi,
        AsyncNotificationChannelsApi,
        NotificationChannelsApi,
    )
    from holdfast_client.api.analytics import (
        AnnotationClassesApi,
        AnnotationsApi,
        AsyncAnnotationClassesApi,
        AsyncAnnotationsApi,
        AsyncAutoEventsApi,
        AsyncJobDefinitionsApi,
        AsyncReferencePairsApi,
        AutoEventsApi,
        JobDefinitionsApi,
        ReferencePairsApi,
    )
    from holdfast_client.api.commands import AsyncCommandRunsApi, CommandRunsApi
    from holdfast_client.api.configuration import (
        AsyncConfigArtefactsApi,
        AsyncDesiredStateBindingsApi,
        AsyncRolloutsApi,
        ConfigArtefactsApi,
        DesiredStateBindingsApi,
        RolloutsApi,
    )
    from holdfast_client.api.dashboards import (
        AsyncDashboardsApi,
        AsyncOverviewApi,
        AsyncSearchApi,
        DashboardsApi,
        OverviewApi,
        SearchApi,
    )
    from holdfast_client.api.data import (
        AsyncExportsApi,
        AsyncJobsApi,
        AsyncQuarantineApi,
        ExportsApi,
        JobsApi,
        QuarantineApi,
    )
    from holdfast_client.api.devices import (
        AsyncComponentsApi,
        AsyncDeviceGroupsApi,
        AsyncDevicesApi,
        AsyncSensorsApi,
        AsyncSitesApi,
        ComponentsApi,
        DeviceGroupsApi,
        DevicesApi,
        SensorsApi,
        SitesApi,
    )
    from holdfast_client.api.journal import AsyncEventsApi, EventsApi
    from holdfast_client.api.media import (
        AsyncCamerasApi,
        AsyncCapturesApi,
        AsyncDvrClipRequestsApi,
        AsyncLiveApi,
        AsyncMediaCaptureRulesApi,
        CamerasApi,
        CapturesApi,
        DvrClipRequestsApi,
        LiveApi,
        MediaCaptureRulesApi,
    )
    from holdfast_client.api.operations import (
        AsyncHealthApi,
        AsyncProblemsApi,
        AsyncWellKnownApi,
        HealthApi,
        ProblemsApi,
        WellKnownApi,
    )
    from holdfast_client.api.profiles import (
        AsyncDeviceProfilesApi,
        AsyncPacksApi,
        AsyncSchemasApi,
        AsyncSensorProfilesApi,
        DeviceProfilesApi,
        PacksApi,
        SchemasApi,
        SensorProfilesApi,
    )
    from holdfast_client.api.provisioning import AsyncPkiApi, PkiApi
    from holdfast_client.api.readings import AsyncReadingsApi, ReadingsApi


class Namespaces(SyncTransport):
    """The API by resource."""

    @cached_property
    def api_keys(self) -> ApiKeysApi:
        from holdfast_client.api.accounts import ApiKeysApi

        return ApiKeysApi(self._connection)

    @cached_property
    def audit_log(self) -> AuditLogApi:
        from holdfast_client.api.accounts import AuditLogApi

        return AuditLogApi(self._connection)

    @cached_property
    def auth(self) -> AuthApi:
        from holdfast_client.api.accounts import AuthApi

        return AuthApi(self._connection)

    @cached_property
    def customers(self) -> CustomersApi:
        from holdfast_client.api.accounts import CustomersApi

        return CustomersApi(self._connection)

    @cached_property
    def invitations(self) -> InvitationsApi:
        from holdfast_client.api.accounts import InvitationsApi

        return InvitationsApi(self._connection)

    @cached_property
    def organizations(self) -> OrganizationsApi:
        from holdfast_client.api.accounts import OrganizationsApi

        return OrganizationsApi(self._connection)

    @cached_property
    def schemas(self) -> SchemasApi:
        from holdfast_client.api.profiles import SchemasApi

        return SchemasApi(self._connection)

    @cached_property
    def device_profiles(self) -> DeviceProfilesApi:
        from holdfast_client.api.profiles import DeviceProfilesApi

        return DeviceProfilesApi(self._connection)

    @cached_property
    def packs(self) -> PacksApi:
        from holdfast_client.api.profiles import PacksApi

        return PacksApi(self._connection)

    @cached_property
    def sensor_profiles(self) -> SensorProfilesApi:
        from holdfast_client.api.profiles import SensorProfilesApi

        return SensorProfilesApi(self._connection)

    @cached_property
    def components(self) -> ComponentsApi:
        from holdfast_client.api.devices import ComponentsApi

        return ComponentsApi(self._connection)

    @cached_property
    def device_groups(self) -> DeviceGroupsApi:
        from holdfast_client.api.devices import DeviceGroupsApi

        return DeviceGroupsApi(self._connection)

    @cached_property
    def devices(self) -> DevicesApi:
        from holdfast_client.api.devices import DevicesApi

        return DevicesApi(self._connection)

    @cached_property
    def sensors(self) -> SensorsApi:
        from holdfast_client.api.devices import SensorsApi

        return SensorsApi(self._connection)

    @cached_property
    def sites(self) -> SitesApi:
        from holdfast_client.api.devices import SitesApi

        return SitesApi(self._connection)

    @cached_property
    def pki(self) -> PkiApi:
        from holdfast_client.api.provisioning import PkiApi

        return PkiApi(self._connection)

    @cached_property
    def config_artefacts(self) -> ConfigArtefactsApi:
        from holdfast_client.api.configuration import ConfigArtefactsApi

        return ConfigArtefactsApi(self._connection)

    @cached_property
    def desired_state_bindings(self) -> DesiredStateBindingsApi:
        from holdfast_client.api.configuration import DesiredStateBindingsApi

        return DesiredStateBindingsApi(self._connection)

    @cached_property
    def rollouts(self) -> RolloutsApi:
        from holdfast_client.api.configuration import RolloutsApi

        return RolloutsApi(self._connection)

    @cached_property
    def command_runs(self) -> CommandRunsApi:
        from holdfast_client.api.commands import CommandRunsApi

        return CommandRunsApi(self._connection)

    @cached_property
    def readings(self) -> ReadingsApi:
        from holdfast_client.api.readings import ReadingsApi

        return ReadingsApi(self._connection)

    @cached_property
    def cameras(self) -> CamerasApi:
        from holdfast_client.api.media import CamerasApi

        return CamerasApi(self._connection)

    @cached_property
    def captures(self) -> CapturesApi:
        from holdfast_client.api.media import CapturesApi

        return CapturesApi(self._connection)

    @cached_property
    def dvr_clip_requests(self) -> DvrClipRequestsApi:
        from holdfast_client.api.media import DvrClipRequestsApi

        return DvrClipRequestsApi(self._connection)

    @cached_property
    def live(self) -> LiveApi:
        from holdfast_client.api.media import LiveApi

        return LiveApi(self._connection)

    @cached_property
    def media_capture_rules(self) -> MediaCaptureRulesApi:
        from holdfast_client.api.media import MediaCaptureRulesApi

        return MediaCaptureRulesApi(self._connection)

    @cached_property
    def alert_backtests(self) -> AlertBacktestsApi:
        from holdfast_client.api.alerting import AlertBacktestsApi

        return AlertBacktestsApi(self._connection)

    @cached_property
    def alert_mutes(self) -> AlertMutesApi:
        from holdfast_client.api.alerting import AlertMutesApi

        return AlertMutesApi(self._connection)

    @cached_property
    def alert_rules(self) -> AlertRulesApi:
        from holdfast_client.api.alerting import AlertRulesApi

        return AlertRulesApi(self._connection)

    @cached_property
    def alerts(self) -> AlertsApi:
        from holdfast_client.api.alerting import AlertsApi

        return AlertsApi(self._connection)

    @cached_property
    def notification_channels(self) -> NotificationChannelsApi:
        from holdfast_client.api.alerting import NotificationChannelsApi

        return NotificationChannelsApi(self._connection)

    @cached_property
    def jobs(self) -> JobsApi:
        from holdfast_client.api.data import JobsApi

        return JobsApi(self._connection)

    @cached_property
    def quarantine(self) -> QuarantineApi:
        from holdfast_client.api.data import QuarantineApi

        return QuarantineApi(self._connection)

    @cached_property
    def exports(self) -> ExportsApi:
        from holdfast_client.api.data import ExportsApi

        return ExportsApi(self._connection)

    @cached_property
    def dashboards(self) -> DashboardsApi:
        from holdfast_client.api.dashboards import DashboardsApi

        return DashboardsApi(self._connection)

    @cached_property
    def overview(self) -> OverviewApi:
        from holdfast_client.api.dashboards import OverviewApi

        return OverviewApi(self._connection)

    @cached_property
    def search(self) -> SearchApi:
        from holdfast_client.api.dashboards import SearchApi

        return SearchApi(self._connection)

    @cached_property
    def events(self) -> EventsApi:
        from holdfast_client.api.journal import EventsApi

        return EventsApi(self._connection)

    @cached_property
    def annotation_classes(self) -> AnnotationClassesApi:
        from holdfast_client.api.analytics import AnnotationClassesApi

        return AnnotationClassesApi(self._connection)

    @cached_property
    def annotations(self) -> AnnotationsApi:
        from holdfast_client.api.analytics import AnnotationsApi

        return AnnotationsApi(self._connection)

    @cached_property
    def auto_events(self) -> AutoEventsApi:
        from holdfast_client.api.analytics import AutoEventsApi

        return AutoEventsApi(self._connection)

    @cached_property
    def job_definitions(self) -> JobDefinitionsApi:
        from holdfast_client.api.analytics import JobDefinitionsApi

        return JobDefinitionsApi(self._connection)

    @cached_property
    def reference_pairs(self) -> ReferencePairsApi:
        from holdfast_client.api.analytics import ReferencePairsApi

        return ReferencePairsApi(self._connection)

    @cached_property
    def well_known(self) -> WellKnownApi:
        from holdfast_client.api.operations import WellKnownApi

        return WellKnownApi(self._connection)

    @cached_property
    def problems(self) -> ProblemsApi:
        from holdfast_client.api.operations import ProblemsApi

        return ProblemsApi(self._connection)

    @cached_property
    def health(self) -> HealthApi:
        from holdfast_client.api.operations import HealthApi

        return HealthApi(self._connection)


class AsyncNamespaces(AsyncTransport):
    """The API by resource."""

    @cached_property
    def api_keys(self) -> AsyncApiKeysApi:
        from holdfast_client.api.accounts import AsyncApiKeysApi

        return AsyncApiKeysApi(self._connection)

    @cached_property
    def audit_log(self) -> AsyncAuditLogApi:
        from holdfast_client.api.accounts import AsyncAuditLogApi

        return AsyncAuditLogApi(self._connection)

    @cached_property
    def auth(self) -> AsyncAuthApi:
        from holdfast_client.api.accounts import AsyncAuthApi

        return AsyncAuthApi(self._connection)

    @cached_property
    def customers(self) -> AsyncCustomersApi:
        from holdfast_client.api.accounts import AsyncCustomersApi

        return AsyncCustomersApi(self._connection)

    @cached_property
    def invitations(self) -> AsyncInvitationsApi:
        from holdfast_client.api.accounts import AsyncInvitationsApi

        return AsyncInvitationsApi(self._connection)

    @cached_property
    def organizations(self) -> AsyncOrganizationsApi:
        from holdfast_client.api.accounts import AsyncOrganizationsApi

        return AsyncOrganizationsApi(self._connection)

    @cached_property
    def schemas(self) -> AsyncSchemasApi:
        from holdfast_client.api.profiles import AsyncSchemasApi

        return AsyncSchemasApi(self._connection)

    @cached_property
    def device_profiles(self) -> AsyncDeviceProfilesApi:
        from holdfast_client.api.profiles import AsyncDeviceProfilesApi

        return AsyncDeviceProfilesApi(self._connection)

    @cached_property
    def packs(self) -> AsyncPacksApi:
        from holdfast_client.api.profiles import AsyncPacksApi

        return AsyncPacksApi(self._connection)

    @cached_property
    def sensor_profiles(self) -> AsyncSensorProfilesApi:
        from holdfast_client.api.profiles import AsyncSensorProfilesApi

        return AsyncSensorProfilesApi(self._connection)

    @cached_property
    def components(self) -> AsyncComponentsApi:
        from holdfast_client.api.devices import AsyncComponentsApi

        return AsyncComponentsApi(self._connection)

    @cached_property
    def device_groups(self) -> AsyncDeviceGroupsApi:
        from holdfast_client.api.devices import AsyncDeviceGroupsApi

        return AsyncDeviceGroupsApi(self._connection)

    @cached_property
    def devices(self) -> AsyncDevicesApi:
        from holdfast_client.api.devices import AsyncDevicesApi

        return AsyncDevicesApi(self._connection)

    @cached_property
    def sensors(self) -> AsyncSensorsApi:
        from holdfast_client.api.devices import AsyncSensorsApi

        return AsyncSensorsApi(self._connection)

    @cached_property
    def sites(self) -> AsyncSitesApi:
        from holdfast_client.api.devices import AsyncSitesApi

        return AsyncSitesApi(self._connection)

    @cached_property
    def pki(self) -> AsyncPkiApi:
        from holdfast_client.api.provisioning import AsyncPkiApi

        return AsyncPkiApi(self._connection)

    @cached_property
    def config_artefacts(self) -> AsyncConfigArtefactsApi:
        from holdfast_client.api.configuration import AsyncConfigArtefactsApi

        return AsyncConfigArtefactsApi(self._connection)

    @cached_property
    def desired_state_bindings(self) -> AsyncDesiredStateBindingsApi:
        from holdfast_client.api.configuration import AsyncDesiredStateBindingsApi

        return AsyncDesiredStateBindingsApi(self._connection)

    @cached_property
    def rollouts(self) -> AsyncRolloutsApi:
        from holdfast_client.api.configuration import AsyncRolloutsApi

        return AsyncRolloutsApi(self._connection)

    @cached_property
    def command_runs(self) -> AsyncCommandRunsApi:
        from holdfast_client.api.commands import AsyncCommandRunsApi

        return AsyncCommandRunsApi(self._connection)

    @cached_property
    def readings(self) -> AsyncReadingsApi:
        from holdfast_client.api.readings import AsyncReadingsApi

        return AsyncReadingsApi(self._connection)

    @cached_property
    def cameras(self) -> AsyncCamerasApi:
        from holdfast_client.api.media import AsyncCamerasApi

        return AsyncCamerasApi(self._connection)

    @cached_property
    def captures(self) -> AsyncCapturesApi:
        from holdfast_client.api.media import AsyncCapturesApi

        return AsyncCapturesApi(self._connection)

    @cached_property
    def dvr_clip_requests(self) -> AsyncDvrClipRequestsApi:
        from holdfast_client.api.media import AsyncDvrClipRequestsApi

        return AsyncDvrClipRequestsApi(self._connection)

    @cached_property
    def live(self) -> AsyncLiveApi:
        from holdfast_client.api.media import AsyncLiveApi

        return AsyncLiveApi(self._connection)

    @cached_property
    def media_capture_rules(self) -> AsyncMediaCaptureRulesApi:
        from holdfast_client.api.media import AsyncMediaCaptureRulesApi

        return AsyncMediaCaptureRulesApi(self._connection)

    @cached_property
    def alert_backtests(self) -> AsyncAlertBacktestsApi:
        from holdfast_client.api.alerting import AsyncAlertBacktestsApi

        return AsyncAlertBacktestsApi(self._connection)

    @cached_property
    def alert_mutes(self) -> AsyncAlertMutesApi:
        from holdfast_client.api.alerting import AsyncAlertMutesApi

        return AsyncAlertMutesApi(self._connection)

    @cached_property
    def alert_rules(self) -> AsyncAlertRulesApi:
        from holdfast_client.api.alerting import AsyncAlertRulesApi

        return AsyncAlertRulesApi(self._connection)

    @cached_property
    def alerts(self) -> AsyncAlertsApi:
        from holdfast_client.api.alerting import AsyncAlertsApi

        return AsyncAlertsApi(self._connection)

    @cached_property
    def notification_channels(self) -> AsyncNotificationChannelsApi:
        from holdfast_client.api.alerting import AsyncNotificationChannelsApi

        return AsyncNotificationChannelsApi(self._connection)

    @cached_property
    def jobs(self) -> AsyncJobsApi:
        from holdfast_client.api.data import AsyncJobsApi

        return AsyncJobsApi(self._connection)

    @cached_property
    def quarantine(self) -> AsyncQuarantineApi:
        from holdfast_client.api.data import AsyncQuarantineApi

        return AsyncQuarantineApi(self._connection)

    @cached_property
    def exports(self) -> AsyncExportsApi:
        from holdfast_client.api.data import AsyncExportsApi

        return AsyncExportsApi(self._connection)

    @cached_property
    def dashboards(self) -> AsyncDashboardsApi:
        from holdfast_client.api.dashboards import AsyncDashboardsApi

        return AsyncDashboardsApi(self._connection)

    @cached_property
    def overview(self) -> AsyncOverviewApi:
        from holdfast_client.api.dashboards import AsyncOverviewApi

        return AsyncOverviewApi(self._connection)

    @cached_property
    def search(self) -> AsyncSearchApi:
        from holdfast_client.api.dashboards import AsyncSearchApi

        return AsyncSearchApi(self._connection)

    @cached_property
    def events(self) -> AsyncEventsApi:
        from holdfast_client.api.journal import AsyncEventsApi

        return AsyncEventsApi(self._connection)

    @cached_property
    def annotation_classes(self) -> AsyncAnnotationClassesApi:
        from holdfast_client.api.analytics import AsyncAnnotationClassesApi

        return AsyncAnnotationClassesApi(self._connection)

    @cached_property
    def annotations(self) -> AsyncAnnotationsApi:
        from holdfast_client.api.analytics import AsyncAnnotationsApi

        return AsyncAnnotationsApi(self._connection)

    @cached_property
    def auto_events(self) -> AsyncAutoEventsApi:
        from holdfast_client.api.analytics import AsyncAutoEventsApi

        return AsyncAutoEventsApi(self._connection)

    @cached_property
    def job_definitions(self) -> AsyncJobDefinitionsApi:
        from holdfast_client.api.analytics import AsyncJobDefinitionsApi

        return AsyncJobDefinitionsApi(self._connection)

    @cached_property
    def reference_pairs(self) -> AsyncReferencePairsApi:
        from holdfast_client.api.analytics import AsyncReferencePairsApi

        return AsyncReferencePairsApi(self._connection)

    @cached_property
    def well_known(self) -> AsyncWellKnownApi:
        from holdfast_client.api.operations import AsyncWellKnownApi

        return AsyncWellKnownApi(self._connection)

    @cached_property
    def problems(self) -> AsyncProblemsApi:
        from holdfast_client.api.operations import AsyncProblemsApi

        return AsyncProblemsApi(self._connection)

    @cached_property
    def health(self) -> AsyncHealthApi:
        from holdfast_client.api.operations import AsyncHealthApi

        return AsyncHealthApi(self._connection)
