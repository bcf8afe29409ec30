"""What our modules consist of and depend on; the keys of template databases."""

import ast

from . import settings

# A database does not change with these; scripts and styles are read from the folder.
NOT_INSTALLED = ("tests/", "static/src/", "static/tests/", "README.rst")


def manifest(folder):
    return ast.literal_eval((folder / "__manifest__.py").read_text())


def ours(with_demo=False):
    """Names of our installable modules, without or with the demo ones."""
    return [name for name in settings.addons() if with_demo or not is_demo(name)]


def is_demo(name):
    return name.endswith("_demo")


def closure(names):
    """The modules with those of ours that they depend on."""
    all_ours = {name: manifest(path) for name, path in settings.addons().items()}
    wanted = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name in all_ours and name not in wanted:
            wanted.add(name)
            queue += all_ours[name]["depends"]
    return [name for name in all_ours if name in wanted]


def with_glue(names):
    """The modules with what they depend on and the glue that Odoo installs along."""
    all_ours = {name: manifest(path) for name, path in settings.addons().items()}
    wanted = set(closure(names))
    while True:
        here = wanted | set(core_dependencies())
        glue = {
            name
            for name, values in all_ours.items()
            if values.get("auto_install") and here.issuperset(values["depends"])
        }
        if glue <= wanted:
            return [name for name in all_ours if name in wanted]
        wanted |= glue


def core_dependencies(names=None):
    """Modules of core that ours need directly."""
    folders = settings.addons()
    chosen = folders if names is None else {name: folders[name] for name in names}
    needed = {
        dependency
        for folder in chosen.values()
        for dependency in manifest(folder)["depends"]
    }
    return sorted(needed - folders.keys() - of_others())


def of_others():
    """Names of modules that are neither core's nor ours, say OCA's."""
    lines = (settings.REQUIREMENTS / "addons.in").read_text().splitlines()
    return {
        line.partition("==")[0].removeprefix("odoo-addon-").replace("-", "_")
        for line in lines
        if line.startswith("odoo-addon-")
    }


def content_digest(name):
    """Hash of all that a database with the module is made from (not of its tests)."""
    folder = settings.addons()[name]
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and "__pycache__" not in path.parts
        and not str(path.relative_to(folder)).startswith(NOT_INSTALLED)
    ]
    parts = [part for path in files for part in (str(path.relative_to(folder)), path)]
    return settings.digest(name, *parts)
