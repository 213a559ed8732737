"""Objects in a bucket of any S3 store. Credentials come from the environment, as for every AWS
client."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from app.core.objects.store import (
    Missing,
    Stored,
    Upload,
    UploadLink,
    WrongContent,
    checked,
    verify_by_reading,
)
from db.connections.background import Ahead

PIECE_BYTES = 256 * 1024
# S3 takes 10,000 parts of at least 5 MiB; parts grow as the object does, so that 5 TB fit and small
# ones stay small.
PART_BYTES = 8 * 1024 * 1024
PARTS_OF_ONE_SIZE = 1_000
DELETED_AT_ONCE = 1_000  # S3's limit


@dataclass(frozen=True, slots=True)
class Address:
    """`s3://bucket?endpoint=…&publicEndpoint=…&region=…&addressing=path`; all but the bucket may be
    left out.

    `endpoint` is how we reach the store, `publicEndpoint` how clients do: links are signed for the
    latter.
    """

    bucket: str
    endpoint: str | None = None
    public_endpoint: str | None = None
    region: str | None = None
    addressing: str = "auto"  # or "path", or "virtual"


class S3Bucket:
    def __init__(self, address: Address, client: Any, signer: Any, links_origin: str) -> None:
        self.links_origin = links_origin
        self._bucket = address.bucket
        self._region = address.region
        self._client = client
        self._signer = signer

    async def prepare(self) -> None:
        try:
            await self._client.head_bucket(Bucket=self._bucket)
        except self._client.exceptions.ClientError as error:
            if _status(error) != 404:
                raise
            await self._client.create_bucket(Bucket=self._bucket)

    async def check(self) -> None:
        await self._client.head_bucket(Bucket=self._bucket)

    async def put(self, key: str, data: bytes | memoryview, *, content_type: str) -> None:
        await self._client.put_object(
            Bucket=self._bucket, Key=checked(key), Body=bytes(data), ContentType=content_type
        )

    @asynccontextmanager
    async def upload(self, key: str, *, content_type: str) -> AsyncIterator[Upload]:
        where = {"Bucket": self._bucket, "Key": checked(key)}
        begun = await self._client.create_multipart_upload(**where, ContentType=content_type)
        upload = _MultipartUpload(self._client, {**where, "UploadId": begun["UploadId"]})
        try:
            yield upload
            await upload.complete()
        except BaseException:
            # What can't be ended now, the store being away, `end_uploads` ends later.
            with suppress(Exception):
                await asyncio.shield(upload.abort())
            raise

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        if end is not None and start >= end:
            return
        last = "" if end is None else str(end - 1)
        try:
            answer = await self._client.get_object(
                Bucket=self._bucket, Key=checked(key), Range=f"bytes={start}-{last}"
            )
        except self._client.exceptions.ClientError as error:
            if _status(error) == 404:
                raise Missing(key) from None
            if _status(error) == 416:  # it ends before, or is empty
                return
            raise
        body = answer["Body"]
        async with body:
            async for piece in body.iter_chunks(PIECE_BYTES):
                yield piece

    async def find(self, key: str) -> Stored | None:
        try:
            found = await self._client.head_object(Bucket=self._bucket, Key=checked(key))
        except self._client.exceptions.ClientError as error:
            if _status(error) == 404:
                return None
            raise
        return Stored(key, found["ContentLength"], found["LastModified"].astimezone(UTC))

    async def list(self, prefix: str = "") -> AsyncIterator[Stored]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        async for page in pages:
            for one in page.get("Contents", ()):
                yield Stored(one["Key"], one["Size"], one["LastModified"].astimezone(UTC))

    async def delete(self, key: str) -> None:
        await self._client.delete_object(Bucket=self._bucket, Key=checked(key))

    async def delete_many(self, keys: Sequence[str]) -> None:
        for at in range(0, len(keys), DELETED_AT_ONCE):
            batch = [{"Key": checked(key)} for key in keys[at : at + DELETED_AT_ONCE]]
            answer = await self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True}
            )
            if errors := answer.get("Errors"):
                raise OSError(f"the store kept {len(errors)} objects: {errors[0].get('Code')}")

    async def end_uploads(self, prefix: str, *, begun_before: datetime) -> int:
        ended = 0
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        async for page in pages:
            for one in page.get("Uploads", ()):
                if one["Initiated"] < begun_before:
                    await self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=one["Key"], UploadId=one["UploadId"]
                    )
                    ended += 1
        return ended

    async def download_link(self, key: str, *, lifetime: timedelta, file_name: str) -> str:
        parameters = {
            "Bucket": self._bucket,
            "Key": checked(key),
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
        }
        return await self._read_link(parameters, lifetime)

    async def inline_link(self, key: str, *, lifetime: timedelta, content_type: str) -> str:
        parameters = {
            "Bucket": self._bucket,
            "Key": checked(key),
            "ResponseContentType": content_type,
            "ResponseContentDisposition": "inline",
        }
        return await self._read_link(parameters, lifetime)

    async def _read_link(self, parameters: dict[str, str], lifetime: timedelta) -> str:
        link: str = await self._signer.generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=int(lifetime.total_seconds())
        )
        return link

    async def upload_link(
        self, key: str, *, lifetime: timedelta, size: int, sha256: str, content_type: str
    ) -> UploadLink:
        """Size, type and checksum are signed headers: the store compares what comes with them."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        url = await self._signer.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": checked(key),
                "ContentLength": size,
                "ContentType": content_type,
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=int(lifetime.total_seconds()),
        )
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(size),
            "x-amz-checksum-sha256": checksum,
        }
        return UploadLink(url, headers, datetime.now(UTC).replace(microsecond=0) + lifetime)

    async def verify(self, key: str, *, size: int, sha256: str) -> None:
        """By the checksum that the store keeps, where it keeps one; by reading the object
        otherwise."""
        try:
            found = await self._client.head_object(
                Bucket=self._bucket, Key=checked(key), ChecksumMode="ENABLED"
            )
        except self._client.exceptions.ClientError as error:
            if _status(error) == 404:
                raise Missing(key) from None
            raise
        kept = found.get("ChecksumSHA256")
        if kept is None:
            return await verify_by_reading(self, key, size=size, sha256=sha256)
        if found["ContentLength"] != size or base64.b64decode(kept) != bytes.fromhex(sha256):
            raise WrongContent("another size or SHA-256 than was announced")
        return None


class _MultipartUpload(Upload):
    """One part is on its way while the next one fills: two parts of memory, whatever the size."""

    def __init__(self, client: Any, where: dict[str, str]) -> None:
        super().__init__()
        self._client = client
        self._where = where
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        self._sending = Ahead[None]()

    async def _store(self, data: bytes | memoryview) -> None:
        self._buffer += data
        if len(self._buffer) >= PART_BYTES * (1 + len(self._parts) // PARTS_OF_ONE_SIZE):
            await self._send()

    async def complete(self) -> None:
        if self._buffer or not self._parts:
            await self._send()
        await self._sent()
        await self._client.complete_multipart_upload(
            **self._where, MultipartUpload={"Parts": self._parts}
        )

    async def abort(self) -> None:
        await self._sending.end()
        await self._client.abort_multipart_upload(**self._where)

    async def _send(self) -> None:
        await self._sent()
        part, self._buffer = self._buffer, bytearray()
        number = len(self._parts) + 1
        self._parts.append({"PartNumber": number})
        self._sending.begin(self._send_part(number, bytes(part)))

    async def _send_part(self, number: int, part: bytes) -> None:
        answer = await self._client.upload_part(**self._where, PartNumber=number, Body=part)
        self._parts[number - 1]["ETag"] = answer["ETag"]

    async def _sent(self) -> None:
        if self._sending.is_begun:
            await self._sending.result()


@asynccontextmanager
async def open_bucket(address: Address) -> AsyncIterator[S3Bucket]:
    # Here: importing them takes half a second, and the embedded default needs none of it.
    import aioboto3
    from botocore.config import Config

    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": address.addressing},
        retries={"max_attempts": 3, "mode": "standard"},
        connect_timeout=5,
        read_timeout=60,
        # Stores that aren't Amazon's don't all know the newer checksums; a part's integrity is TLS'
        # business.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = aioboto3.Session()
    options = {"config": config, "region_name": address.region}
    async with (
        session.client("s3", endpoint_url=address.endpoint, **options) as client,
        session.client(
            "s3", endpoint_url=address.public_endpoint or address.endpoint, **options
        ) as signer,
    ):
        yield S3Bucket(address, client, signer, await _links_origin(address.bucket, signer))


async def _links_origin(bucket: str, signer: Any) -> str:
    """The signer knows by endpoint, region and addressing: one of its links says it."""
    link = await signer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"})
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}"


def _status(error: Any) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
