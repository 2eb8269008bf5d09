"""How the wheel is put together: the packages, resources/ as shelterdesk.resources, the translations."""

import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "tools"))

from strings import compile_all  # noqa: E402  found only after the line above


class BuildWithCatalogues(build_py):
    """Compile every .po beside itself first, so that the wheel speaks all its languages."""

    def run(self) -> None:
        """Build, with the catalogues of this minute."""
        compile_all(HERE / "resources" / "translations")
        # Files compiled a moment ago were not there when setuptools made its list.
        self.__dict__.pop("data_files", None)
        super().run()


setup(
    packages=[*find_packages(include=["shelterdesk", "shelterdesk.*"]), "shelterdesk.resources"],
    package_dir={"shelterdesk.resources": "resources"},
    package_data={"shelterdesk.resources": ["**/*"]},
    exclude_package_data={"": ["**/*.pyc"]},
    include_package_data=False,
    cmdclass={"build_py": BuildWithCatalogues},
)
