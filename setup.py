"""What pyproject.toml has no words for: an installed package holds ``data/`` as ``data_files``."""

from setuptools import find_namespace_packages, find_packages, setup

DATA = "tutorial_helpers.data_files"
data = [DATA, *(f"{DATA}.{folder}" for folder in find_namespace_packages("data"))]

setup(
    packages=[*find_packages(include=["numbagenn*", "tutorial_helpers*"]), *data],
    package_dir={DATA: "data"},
    package_data={"numbagenn.codegen": ["templates/*.jinja"], **{name: ["*"] for name in data}},
)
