"""Package layout: three folders of the checkout become one import tree, ``ckanext.kielce``."""

from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

ROOTS = {"harvesters": "ckanext.kielce.harvesters", "schemas": "ckanext.kielce.schemas"}

packages = find_namespace_packages("ckanext-kielce", include=["ckanext.kielce", "ckanext.kielce.*"])
for folder, name in ROOTS.items():
    packages += [name, *(f"{name}.{sub}" for sub in find_namespace_packages(folder))]


class BuildWithMessages(build_py):
    """Compiled translations go into the wheel; git holds their sources only."""

    def run(self) -> None:
        super().run()
        from babel.messages import mofile, pofile

        for source in Path(self.build_lib).glob("ckanext/kielce/i18n/*/LC_MESSAGES/*.po"):
            with source.open("rb") as stream:
                catalogue = pofile.read_po(stream)
            with source.with_suffix(".mo").open("wb") as stream:
                mofile.write_mo(stream, catalogue)


setup(
    packages=sorted(set(packages)),
    package_dir={"": "ckanext-kielce", **{name: folder for folder, name in ROOTS.items()}},
    package_data={name: ["*", "**/*"] for name in packages},
    exclude_package_data={"": ["__pycache__/*", "*.pyc", "*.mo"]},
    cmdclass={"build_py": BuildWithMessages},
    message_extractors={
        "ckanext-kielce/ckanext/kielce": [
            ("**.py", "python", None),
            ("**/templates/**.html", "ckan", None),
        ],
        "harvesters": [("**.py", "python", None)],
    },
)
