"""How the hub sets its own process up: how many files may be open, when garbage is looked for, whose turn it is."""

import faulthandler
import gc
import resource
import sys

FILES = 65_536
_TURN_S = 0.001


def file_limit(pid: int = 0) -> int:
    """How many descriptors a process, or this one, may have at most: FILES, or fewer."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    return FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)


def raise_file_limit() -> None:
    """Each screen and each database connection needs a descriptor; 1,024 are soon gone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = file_limit()
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def say_where_threads_are() -> None:
    """When it is aborted, as systemd's watchdog does, the process says where each thread was."""
    faulthandler.enable()


def settle() -> None:
    """When all is started: look for cyclic garbage rarely, and let threads take turns quickly.

    A group is 50,000 small objects without a cycle; looking through them again and again took a third of the
    reader's time. Ingest's two threads and the requests wait for each other less in short turns.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    sys.setswitchinterval(_TURN_S)
