"""`make bench`: every benchmark of tests/bench/, ours and a peer in one run.

A file tests/bench/bench_<family>.py has a dict BENCHMARKS: name -> function(lab). The
function returns ours, peer, unit, n (and may add notes); a `Lab` gives it databases and
servers. Each prints one line of JSON; a ratio above 1 means that ours is better.
"""

import contextlib
import importlib.util
import json
import os
import sys
from pathlib import Path

from . import databases, environments, modules, services, settings, setup, suites
from .console import Fault, step
from .odoo_command import Odoo
from .settings import ROOT

MARK = "BENCH-RESULT "


class Lab:
    """What a benchmark needs: databases as kept templates, calls into Odoo, servers."""

    def __init__(self, odoo):
        self.odoo = odoo

    @contextlib.contextmanager
    def database(self, kind, core=(), ours=(), prepare=None):
        """A fresh copy of a template with core's and our modules.

        `prepare` is (file, function): it runs in Odoo when the template is built.
        """
        base = suites.core_template(self.odoo)
        names = modules.closure(ours)
        parts = [base, *sorted(core), *(modules.content_digest(name) for name in names)]
        if prepare:
            parts += [Path(prepare[0]), prepare[1]]

        def build(name):
            self.odoo.build(name, [*core, *names], base)
            if prepare:
                self.call(name, *prepare)

        key = settings.digest(*parts)
        template = databases.template(
            f"bench{kind}", key, build, f"the database of benchmark {kind}"
        )
        with databases.copy_of(template, "bench") as name:
            yield name

    def call(self, database, file, function, **arguments):
        """Result of `function(env, **arguments)` of a file, run in Odoo."""
        script = (
            "import importlib.util, json, sys\n"
            f"sys.path.insert(0, {str(Path(file).parent)!r})\n"
            f"spec = importlib.util.spec_from_file_location('bench', {str(file)!r})\n"
            "module = importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(module)\n"
            f"arguments = json.loads({json.dumps(arguments)!r})\n"
            f"result = module.{function}(env, **arguments)\n"
            "env.cr.commit()\n"
            f"print({MARK!r} + json.dumps(result))\n"
        )
        output = self.odoo.script(database, script)
        lines = [line for line in output.splitlines() if line.startswith(MARK)]
        if not lines:
            raise Fault(f"{function} of {file} returned nothing:\n{output}")
        return json.loads(lines[-1].removeprefix(MARK))

    @contextlib.contextmanager
    def server(self, database, workers=2):
        """Base address of an Odoo that serves `database` with so many processes."""
        port = settings.free_port()
        options = [
            "--workers",
            str(workers),
            "--gevent-port",
            str(settings.free_port()),
        ]
        url = f"http://127.0.0.1:{port}"
        with services.odoo_server(
            self.odoo, database, port, *options, "--log-level=warn", name="bench-odoo"
        ) as child:
            services.wait_for(f"{url}/web/health", child)
            yield url


def main(_arguments):
    prefix = os.environ.get("BENCH", "")
    chosen = [
        (name, function) for name, function in benchmarks() if name.startswith(prefix)
    ]
    if not chosen:
        names = ", ".join(name for name, _function in benchmarks())
        raise Fault(f"BENCH={prefix} fits no benchmark. There are: {names}")
    with setup.odoo_with_database_server(with_tests=True) as odoo:
        python = environments.bench(odoo.source)
        lab = Lab(Odoo(odoo.source, python))
        lines = []
        for name, function in chosen:
            with step(f"Measuring {name}"):
                lines.append(json.dumps(line(name, function(lab))))
            print(lines[-1], flush=True)
    print("\n" + "\n".join(lines))


def line(name, result):
    """The published line; for times less is better, for rates more."""
    ours, peer, unit = result["ours"], result["peer"], result["unit"]
    ratio = ours / peer if unit.endswith("/s") else peer / ours
    published = {
        "name": name,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "ratio": round(ratio, 2),
        "unit": unit,
        "n": result["n"],
    }
    notes = {key: result[key] for key in result if key not in published}
    return {**published, **notes}


def benchmarks():
    """(name, function) of every benchmark, in the order of files and names."""
    sys.path.insert(0, str(ROOT / "tests/bench"))
    found = []
    for path in sorted((ROOT / "tests/bench").glob("bench_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += sorted(module.BENCHMARKS.items())
    return found
