"""The tables of schema `platform`, one file for each area of the product."""

from db.models.accounts import ApiKey, IdempotencyRecord, Membership, Organization, RefreshToken, UserAccount
from db.models.base import Row, new_id
from db.models.catalogue import DeviceProfile, DeviceProfileComponent, Pack, SensorProfile
from db.models.control import Certificate, CertificateAuthority, RegistrationToken
from db.models.fleet import (
    Component,
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
from db.models.telemetry import QuarantineEntry

__all__ = [
    "ApiKey",
    "Certificate",
    "CertificateAuthority",
    "Component",
    "Device",
    "DeviceGroup",
    "DeviceHealth",
    "DevicePlacement",
    "DeviceProfile",
    "DeviceProfileComponent",
    "DeviceTag",
    "DeviceWord",
    "IdempotencyRecord",
    "Membership",
    "Organization",
    "Pack",
    "QuarantineEntry",
    "RefreshToken",
    "RegistrationToken",
    "Row",
    "Sensor",
    "SensorProfile",
    "SensorWord",
    "Site",
    "UserAccount",
    "new_id",
]
