"""`make clean`: stop the private PostgreSQL and remove the state folder."""

import shutil

from . import postgres
from .console import say
from .settings import STATE


def main(_arguments):
    postgres.stop_private_cluster()
    if postgres.CLUSTER.is_symlink():
        shutil.rmtree(postgres.CLUSTER.resolve().parent, ignore_errors=True)
    shutil.rmtree(STATE, ignore_errors=True)
    say(f"{STATE} is gone. Downloads stay in the cache folder; `make run` starts anew.")
