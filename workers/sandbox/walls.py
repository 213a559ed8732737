"""Walls around this process, for good: how much it may use, and which system calls are left to it.

What is left computes: memory, threads of its own, the files that are open already. No file is
opened, no socket, no program started, no process touched: those calls fail with EPERM. The list
says what is allowed, not what is forbidden, so that a kernel's new calls are forbidden too.

Linux on x86-64 and aarch64; elsewhere the limits alone hold. Sources: seccomp(2), setrlimit(2),
Linux' include/uapi/linux/{seccomp,filter,audit}.h and the tables of system calls.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from dataclasses import dataclass

# Each with its number on x86-64 and on aarch64.
ALLOWED = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "exit": (60, 93),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "rseq": (334, 293),
}
CLONE = (56, 220)
CLONE_3 = (435, 435)
CLONE_THREAD = 0x10000
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

LOAD, JUMP_IF_EQUAL, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER_AT, MACHINE_AT, FIRST_ARGUMENT_AT = 0, 4, 16
ALLOW, KILL, NOT_PERMITTED, NO_SUCH_CALL = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2

OPEN_FILES = 16

Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What a child may use: seconds of a core, bytes of addresses, bytes of a file."""

    cpu_seconds: int
    memory_bytes: int
    file_bytes: int = 0


def limit(limits: SandboxLimits) -> None:
    """From here on; a file that would become larger is an OSError."""
    for what, value in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))


def wall_off() -> bool:
    """From here on all other system calls fail. False where there are no such walls."""
    machine = MACHINES.get(platform.machine())
    if machine is None or not sys.platform.startswith("linux"):
        return False
    code = b"".join(struct.pack("<HBBI", *step) for step in _filter(*machine))
    buffer = ctypes.create_string_buffer(code)

    class FilterProgram(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    program = FilterProgram(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    pointer = ctypes.byref(program)
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, pointer, 0, 0) == 0)


def _filter(column: int, machine: int) -> list[Instruction]:
    """A program for the kernel: each jump says how many steps it leaps over when true, when false.

    Threads are allowed, processes aren't: `clone` by its flags. `clone3` has them in memory, where
    no filter looks; told that it isn't there, the C library falls back to `clone`.
    """
    steps: list[Instruction] = [
        (LOAD, 0, 0, MACHINE_AT),
        (JUMP_IF_EQUAL, 1, 0, machine),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_IF_EQUAL, 0, 1, CLONE_3[column]),
        (RETURN, 0, 0, NO_SUCH_CALL),
        (JUMP_IF_EQUAL, 0, 4, CLONE[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (JUMP_IF_SET, 0, 1, CLONE_THREAD),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, NOT_PERMITTED),
    ]
    for numbers in ALLOWED.values():
        steps += [(JUMP_IF_EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, ALLOW)]
    return [*steps, (RETURN, 0, 0, NOT_PERMITTED)]
