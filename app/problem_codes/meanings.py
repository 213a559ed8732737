"""What each code means, how it is answered, and what to do."""

from __future__ import annotations

from typing import NamedTuple

from app.problem_codes.names import ProblemCode


class Code(NamedTuple):
    """How it is answered, and its words on the page that a problem's `type` leads to."""

    status: int
    meaning: str
    remedy: str


CODES: dict[ProblemCode, Code] = {
    "MALFORMED": Code(
        400,
        "The request can't be read: its JSON, a parameter, a cursor or a value is not what is expected.",
        "`errors` names each place. Mend the request; sending it again as it is changes nothing.",
    ),
    "WEAK_PASSWORD": Code(
        400,
        "The password is among those that are guessed first.",
        "Choose a longer one, or words that don't belong together.",
    ),
    "BAD_CSR": Code(
        400,
        "The certificate signing request is not PKCS#10 in PEM, is not signed by its own key, or has a weak key.",
        "Use P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits. `detail` says what is wrong.",
    ),
    "UNAUTHENTICATED": Code(
        401,
        "There is no token or key, or it is unknown, expired, revoked or altered.",
        "Sign in again, refresh the session, or use another key.",
    ),
    "SECOND_FACTOR_REQUIRED": Code(
        401, "The account has a second factor.", "Send the same again with a `code` of it."
    ),
    "WRONG_CODE": Code(401, "The code is wrong, or was used before.", "Wait for the next one."),
    "STEP_UP_REQUIRED": Code(
        403, "The second factor was given long ago.", "Send a code to `/auth/step-up` first."
    ),
    "FORBIDDEN": Code(
        403,
        "The role, or the key's scopes, doesn't allow it.",
        "`detail` names the permission that is missing.",
    ),
    "LINK_INVALID": Code(
        403,
        "The link has expired, or isn't as we signed it.",
        "Ask for a fresh one where it came from.",
    ),
    "NOT_FOUND": Code(
        404, "It isn't there, or isn't this organization's.", "Look at the id and the organization."
    ),
    "NO_READINGS": Code(
        404, "The sensor has no reading yet.", "Ask again when its device has reported."
    ),
    "METHOD_NOT_ALLOWED": Code(
        405, "The address is known, the method isn't.", "The Allow header lists methods."
    ),
    "NOT_ACCEPTABLE": Code(
        406,
        "None of the formats that Accept names can be answered with.",
        "`detail` lists those that can.",
    ),
    "REQUEST_TIMEOUT": Code(
        408, "The request's head or body did not come in time.", "Send it again, without pauses."
    ),
    "CONFLICT": Code(409, "The resource's state doesn't allow it.", "Read it again, then decide."),
    "ALREADY_EXISTS": Code(
        409, "There is one with this name, address or key.", "Choose another name."
    ),
    "REFERENCE_GONE": Code(
        409, "Something that the request refers to was deleted.", "Read what it refers to again."
    ),
    "DEVICE_NOT_PROVISIONED": Code(
        409,
        "The device has never been provisioned, so it can't be active.",
        "Provision it with its token.",
    ),
    "SITE_IN_USE": Code(
        409, "There are devices at the site.", "Move them first, or delete it with detach=true."
    ),
    "SENSOR_LIMIT": Code(
        409,
        "The device has as many sensors as it may have.",
        "Delete sensors that are no longer reported.",
    ),
    "QUOTA_EXCEEDED": Code(
        409,
        "The organization has as many of these as it may have.",
        "`detail` says of what, and how many. Delete some, or ask who runs the platform for more.",
    ),
    "PROFILE_IN_USE": Code(
        409, "Something uses this version of the profile.", "Take away first what `detail` names."
    ),
    "PACK_CONFLICT": Code(
        409,
        "The pack brings a profile that is there already and says something else.",
        "`errors` names each. Delete your own, or use a pack with a later version of it.",
    ),
    "PACK_INSTALLED": Code(409, "Another version of the pack is installed.", "Upgrade it."),
    "PACK_NOT_INSTALLED": Code(409, "The pack isn't installed.", "Install it."),
    "PACK_IN_USE": Code(
        409,
        "Something uses a profile that the pack brought.",
        "Take away first what `detail` names.",
    ),
    "TOKEN_USED": Code(
        409,
        "The registration token was exchanged for a certificate already.",
        "Make a new token. To end what the old one gave, revoke the device's certificate.",
    ),
    "INVITATION_ENDED": Code(
        409,
        "The invitation was answered, withdrawn or replaced, or it is too old.",
        "Sign in, or ask who invited you for another one.",
    ),
    "NO_SECOND_FACTOR": Code(
        409, "The person has no second factor for this.", "Read its status, and enrol one."
    ),
    "LAST_OWNER": Code(
        409, "It is the organization's last owner.", "Make somebody else an owner first."
    ),
    "KEY_IN_USE": Code(
        409,
        "Another device has a certificate for this public key.",
        "Make a new key pair on this device. The token is still good.",
    ),
    "CERTIFICATE_REVOKED": Code(
        409,
        "The certificate of this token, or that is to be renewed, is revoked.",
        "Make a new token for the device.",
    ),
    "CERTIFICATE_ENDED": Code(
        409,
        "The certificate to be renewed has expired, or its renewal has been in use for longer than "
        "the overlap.",
        "Renew the newest one with its key; if that has expired, make a new token for the device.",
    ),
    "JOB_STATE": Code(
        409,
        "The job is in a state that doesn't allow it.",
        "Read it again: it may have run meanwhile.",
    ),
    "CONFIG_IN_USE": Code(
        409,
        "Something is bound to this version of the configuration.",
        "Bind another version there, or delete the bindings first.",
    ),
    "NOT_UPLOADED": Code(
        409,
        "Nothing was sent to the upload's address yet.",
        "PUT the bytes there with the headers that were answered, then complete it.",
    ),
    "ROLLOUT_STATE": Code(
        409,
        "The roll-out, or that of the binding, is in a state that doesn't allow it.",
        "Read it again: the clock may have moved it on. `detail` says what it is.",
    ),
    "ALERT_STATE": Code(
        409,
        "The alert is in a state that doesn't allow it, or has as many comments as it may have.",
        "Read it again: somebody may have resolved it meanwhile.",
    ),
    "CLASS_IN_USE": Code(
        409,
        "There are annotations of the class, or something that writes them.",
        "`detail` says what. Delete that first.",
    ),
    "JOB_RUNNING": Code(
        409, "Too many runs of the definition haven't ended.", "Wait until one has, then ask again."
    ),
    "FOUND_BY_MACHINE": Code(
        409,
        "A rule or a job made the annotation, and alone changes or withdraws it.",
        "Change its `note`, or what made it.",
    ),
    "TOO_MANY_EXPORTS": Code(
        409, "As many exports as may be are not ready yet.", "Wait for them, or delete some."
    ),
    "TOO_MANY_CLIPS": Code(
        409, "As many clips as may be are not ready yet.", "Wait for them, or delete some."
    ),
    "TOO_MANY_VIEWERS": Code(
        409,
        "As many watch live as may, this camera or all of the organization's.",
        "Stop sessions that nobody looks at; they end by themselves after 45 s.",
    ),
    "TOO_MANY_UPLOADS": Code(
        409,
        "As many segments as may be were announced, and not sent yet.",
        "Send and complete them, or wait until their links end.",
    ),
    "TOO_MANY_CAPTURE_RULES": Code(
        409, "There are as many capture rules as may be.", "Delete those of no use."
    ),
    "NOT_READY": Code(
        409,
        "There is no file of it yet, or never will be.",
        "Get it until its status is READY; FAILED says why.",
    ),
    "TOO_MANY_COMMANDS": Code(
        409,
        "As many commands as may be wait for this device, to be sent or to be answered.",
        "Cancel those of no use, or wait for the device.",
    ),
    "TOO_MANY_BACKTESTS": Code(
        409, "As many back-tests as may be are kept.", "Delete some of them."
    ),
    "COMMAND_ENDED": Code(
        409, "The command's status is final.", "Read it: the device may have answered meanwhile."
    ),
    "LIVE_ENDED": Code(
        410,
        "The live session has ended: it was stopped, or nobody kept it alive.",
        "Ask for another one.",
    ),
    "PRECONDITION_FAILED": Code(
        412,
        "The resource has changed since it was read.",
        "Read it again and send its new ETag as If-Match.",
    ),
    "TOO_LARGE": Code(413, "The request is larger than it may be.", "Send less at once."),
    "UNSUPPORTED_MEDIA_TYPE": Code(
        415, "The body's format or encoding is not supported.", "Send application/json."
    ),
    "RANGE_NOT_SATISFIABLE": Code(
        416, "The range begins behind the end.", "Content-Range says how many bytes there are."
    ),
    "UNPROCESSABLE": Code(
        422, "The request can be read, but what it asks makes no sense.", "`detail` says why."
    ),
    "IDEMPOTENCY_KEY_REUSED": Code(
        422,
        "This Idempotency-Key came with another request before.",
        "Use a new key for a new request.",
    ),
    "METADATA_TOO_LARGE": Code(
        422, "The metadata would become larger than it may be.", "Remove keys first."
    ),
    "UNKNOWN_TIMEZONE": Code(
        422, "The time zone is not in the IANA list.", "Use a name such as Europe/Amsterdam."
    ),
    "TOO_EXPENSIVE": Code(
        422, "Answering takes longer than it may.", "Ask for a shorter range or longer buckets."
    ),
    "TOO_MANY_BUCKETS": Code(
        422,
        "The answer would have more buckets than anybody can look at.",
        "Ask for a longer interval.",
    ),
    "PACK_INVALID": Code(
        422,
        "The pack can't be read, contradicts itself, or its hash is not that of its content.",
        "`errors` names each place with its line and column.",
    ),
    "PROFILE_INVALID": Code(
        422,
        "The profile contradicts itself, or refers to what isn't there.",
        "`errors` names each place and what is wrong there.",
    ),
    "UNKNOWN_PROFILE": Code(
        422,
        "There is no such version of the profile.",
        "Look at the name, the version and the organization.",
    ),
    "CONFIG_INVALID": Code(
        422,
        "The configuration says what the profile doesn't let it say.",
        "`errors` names each field and what is wrong with it.",
    ),
    "CONFIG_NOT_FITTING": Code(
        422,
        "The configuration is for another kind of thing than it is to be bound to, or isn't there.",
        "`detail` says why. Look at the profiles of both.",
    ),
    "VERSION_TOO_SMALL": Code(
        422,
        "The version changes more than its number may say, or is older than one that is there.",
        "`errors` names each breaking point, `detail` the smallest number that fits.",
    ),
    "UNKNOWN_METHOD": Code(
        422,
        "The device knows no such method: neither the platform nor its profile has it.",
        "Look at the profile's `commands`, or give the device a profile that has it.",
    ),
    "COMMAND_PARAMS_INVALID": Code(
        422,
        "The method doesn't take these parameters.",
        "`errors` names each place. The device profile has the schema.",
    ),
    "RULE_INVALID": Code(
        422,
        "The alert rule contradicts itself, or says nothing of what it would watch.",
        "`errors` names each place and what is wrong there.",
    ),
    "ANNOTATION_INVALID": Code(
        422,
        "The annotation is not what its class takes.",
        "`errors` names each place. The class has the schema of `values`, and the scopes.",
    ),
    "CLASS_INVALID": Code(
        422,
        "The fields of the annotation class are no JSON Schema of an object that may be used here.",
        "`errors` names each place and what is wrong there.",
    ),
    "JOB_INVALID": Code(
        422,
        "The function of the job definition doesn't take this.",
        "`errors` names what; docs/analytics.md lists each function's numbers.",
    ),
    "CALCULATION_INVALID": Code(422, "Nothing can be calculated so.", "`errors` names what."),
    "WEBHOOK_REFUSED": Code(
        422,
        "The platform doesn't call this address.",
        "`detail` says why. As a rule it must be https, and in the internet.",
    ),
    "STREAM_REFUSED": Code(
        422,
        "The platform doesn't connect to a camera at this address.",
        "`detail` says why. It must be rtsp, rtsps or https, and as a rule in the internet; for a "
        "camera elsewhere who runs the platform allows its network.",
    ),
    "NO_MAIL_SERVER": Code(
        422,
        "This installation sends no mail.",
        "Use a webhook, or ask who runs the platform to name a mail server.",
    ),
    "WRONG_CONTENT": Code(
        422,
        "What was uploaded isn't what was announced.",
        "Send the file whose size and SHA-256 were given.",
    ),
    "RATE_LIMITED": Code(
        429,
        "Too many requests of this key, organization or address, or sign-ins to this account.",
        "Come back after Retry-After seconds.",
    ),
    "HEADERS_TOO_LARGE": Code(
        431,
        "The request's address and headers are larger than they may be.",
        "Send fewer or shorter headers.",
    ),
    "TOO_MANY_STREAMS": Code(
        429,
        "As many streams are open, live ones or long answers, as this key or its organization may have.",
        "Close one, or wait for it; one live stream can carry a whole dashboard.",
    ),
    "INTERNAL_ERROR": Code(
        500, "The platform failed.", "Report the request id: it finds the reason in the log."
    ),
    "UNAVAILABLE": Code(
        503,
        "A part of the platform is away or too busy.",
        "Send the request again after Retry-After seconds.",
    ),
}
