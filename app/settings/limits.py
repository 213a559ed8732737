"""What one request, device or organization may ask for."""

from __future__ import annotations

from typing import Annotated

from app.settings.group import Positive, SettingsGroup, named


class LimitSettings(SettingsGroup, frozen=True, kw_only=True):
    request_max_bytes: Annotated[Positive, named("REQUEST_MAX_BYTES")] = 1_000_000
    import_max_bytes: Annotated[Positive, named("IMPORT_MAX_BYTES")] = 16_000_000
    batch_max_bytes: Annotated[Positive, named("BATCH_MAX_BYTES")] = 32_000_000
    batch_max_readings: Annotated[Positive, named("BATCH_MAX_READINGS")] = 100_000
    # Processes beside each API process that read what could end it or hold it up: Arrow, Parquet,
    # CSV, whatever is compressed, and large bodies. Each is started when it is needed, takes some
    # 100 MB then, and for one body up to 128 MB and 12 times BATCH_MAX_BYTES.
    reader_processes: Annotated[Positive, named("READER_PROCESSES")] = 2
    pack_max_bytes: Annotated[Positive, named("PACK_MAX_BYTES")] = 512 * 1024
    message_max_bytes: Annotated[Positive, named("MESSAGE_MAX_BYTES")] = 256 * 1024
    # Connections to the broker; of these, who has not proved yet to be a device (90 KB each), in
    # all and from one address (of IPv6, one network of 64 bits). Behind a proxy that hides
    # addresses the last must be as large as the one before.
    mqtt_connections: Annotated[Positive, named("MQTT_CONNECTIONS")] = 20_000
    mqtt_connecting: Annotated[Positive, named("MQTT_CONNECTING")] = 4_000
    mqtt_connecting_per_address: Annotated[Positive, named("MQTT_CONNECTING_PER_ADDRESS")] = 1_000
    # How many sensors each process that takes readings in keeps in memory, a kilobyte each. Those
    # that report should fit: others are read again when they do.
    known_sensors: Annotated[Positive, named("KNOWN_SENSORS")] = 300_000
    # When a process is not ready any more, since somebody who has sent little waits to be stored.
    ready_wait_seconds: Annotated[Positive, named("READY_WAIT_SECONDS")] = 30
    sensors_per_device: Annotated[Positive, named("SENSORS_PER_DEVICE")] = 10_000
    # The most readings that are read one by one for one answer (percentiles, delta, downsampled): a
    # second a million.
    query_max_readings: Annotated[Positive, named("QUERY_MAX_READINGS")] = 3_000_000
    # How many exports of an organization may wait or run.
    open_exports_per_organization: Annotated[Positive, named("OPEN_EXPORTS_PER_ORGANIZATION")] = (
        1000
    )
    # The sensors that alert rules watch, counted once for each rule; the rules of one sensor.
    alert_pairs_per_organization: Annotated[Positive, named("ALERT_PAIRS_PER_ORGANIZATION")] = (
        200_000
    )
    alert_rules_per_sensor: Annotated[Positive, named("ALERT_RULES_PER_SENSOR")] = 20
    # How many values the calculated sensors of an organization may give together in a day: one a
    # minute of 20,000 sensors. Each takes some 0.2 ms of a worker.
    calculated_values_per_day: Annotated[Positive, named("CALCULATED_VALUES_PER_DAY")] = 28_800_000

    # Requests a second, shared by all processes; twice as many at once after a pause. `client` is
    # for routes that are called without a token, by address. One process answers some 2,000 a
    # second: by default no organization can take more than a third of one. With more processes,
    # raise these alike.
    key_requests_per_second: Annotated[Positive, named("KEY_REQUESTS_PER_SECOND")] = 300
    organization_requests_per_second: Annotated[
        Positive, named("ORGANIZATION_REQUESTS_PER_SECOND")
    ] = 600
    client_requests_per_second: Annotated[Positive, named("CLIENT_REQUESTS_PER_SECOND")] = 50
