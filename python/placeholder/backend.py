"""Builds the empty package at the repository's root, with the standard library alone.

In: pyproject.toml at the root. Out: a wheel that holds nothing but its dependency on the real one. A build backend from
a package index would be one more thing to download, and to trust.
"""

import base64
import hashlib
import os
import re
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def _project():
    """Reads the three values that this file's own pyproject.toml states, one a line."""
    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf-8") as file:
        text = file.read()

    def value(key):
        return re.search(r'(?m)^%s = \[?"([^"]+)"' % key, text).group(1)

    return value("name"), value("version"), value("dependencies"), value("requires-python")


def _metadata():
    name, version, dependency, python = _project()
    return (
        "Metadata-Version: 2.1\n"
        f"Name: {name}\n"
        f"Version: {version}\n"
        f"Requires-Python: {python}\n"
        f"Requires-Dist: {dependency}\n"
    )


def _stem():
    name, version, _, _ = _project()
    return f"{name.replace('-', '_')}-{version}"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Writes the wheel and gives its name."""
    info = f"{_stem()}.dist-info"
    files = {
        f"{info}/METADATA": _metadata(),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tokenleash\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = f"{_stem()}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return wheel


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """The same: there is nothing to edit."""
    return build_wheel(wheel_directory)


def build_sdist(sdist_directory, config_settings=None):
    """Writes the source archive and gives its name."""
    name = f"{_stem()}.tar.gz"
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz") as archive:
        for path in ("pyproject.toml", "python/placeholder/backend.py"):
            archive.add(os.path.join(ROOT, path), f"{_stem()}/{path}")
    return name
