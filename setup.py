"""Package layout: three folders of the checkout become one import tree, ``ckanext.kielce``."""

from setuptools import find_namespace_packages, find_packages, setup

ROOTS = {"harvesters": "ckanext.kielce.harvesters", "schemas": "ckanext.kielce.schemas"}

packages = find_namespace_packages("ckanext-kielce", include=["ckanext.kielce", "ckanext.kielce.*"])
for folder, name in ROOTS.items():
    packages += [name, *(f"{name}.{sub}" for sub in find_packages(folder))]

setup(
    packages=packages,
    package_dir={"": "ckanext-kielce", **{name: folder for folder, name in ROOTS.items()}},
    package_data={
        name: ["*", "**/*"] for name in packages if name != "ckanext.kielce.migration"
    },
    include_package_data=True,
    message_extractors={
        "ckanext-kielce/ckanext/kielce": [
            ("**.py", "python", None),
            ("**/templates/**.html", "ckan", None),
        ],
        "harvesters": [("**.py", "python", None)],
    },
)
