"""The site, built by ``nox -s site`` from the repository's own pages and stored notebooks.

Sphinx reads the whole repository, so that links between pages are the same here and on GitHub.
`tools/book.py` and `tools/glossary.py` have what no extension does.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from numbagenn import __version__  # noqa: E402
from tools.project import repository, site  # noqa: E402

project = "Spiking MNIST tutorials"
version = release = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinxext.opengraph",
    "tools.book",
    "tools.glossary",
]

# Pages. What is not listed is not looked for; what is excluded is not even searched.
include_patterns = [
    "*.md",
    "benchmarks/README.md",
    "data/README.md",
    "docs/**.md",
    "notebooks/*",
    "numbagenn/README.md",
    "tests/conformance/README.md",
    "tools/README.md",
    "tutorial_helpers/README.md",
]
exclude_patterns = ["**/.*", "**/__pycache__", "docs/_build", "**/node_modules", "build", "dist"]

# Notebooks are shown as they are stored. Only their set-up cells are folded.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the set-up cell"
nb_code_prompt_hide = "Hide the set-up cell"
nb_ipywidgets_js = {}  # MyST-NB would load them from another host

myst_enable_extensions = ["dollarmath", "html_image"]
myst_heading_anchors = 4

# Docstrings. In those, single backticks are names, which become links where they can.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_param = False  # it would repeat a description for each parameter that shares it
napoleon_use_rtype = False
napoleon_preprocess_types = False

html_theme = "sphinx_book_theme"
html_title = project
html_logo = html_favicon = "_static/icon.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_context = {"default_mode": "auto"}
html_math_renderer = "mathml"
html_copy_source = False
html_use_index = html_domain_indices = False  # the search finds the same, and no page links to them
html_search_scorer = str(ROOT / "docs" / "scorer.js")
html_theme_options = {
    "repository_url": repository(),
    "repository_branch": "main",
    "path_to_docs": "",
    "logo": {"text": project, "alt_text": ""},
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "footer_content_items": [],
    "use_repository_button": True,
    "use_edit_page_button": True,
    "use_download_button": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": [], "docs/from_4_9": []},
    "launch_buttons": {
        "colab_url": "https://colab.research.google.com",
        "binderhub_url": "https://mybinder.org",
        "notebook_interface": "jupyterlab",
    },
}

# Code can be copied; what it printed cannot.
copybutton_selector = ":not(.output) > div.highlight pre"

ogp_site_url = site()
ogp_site_name = project
ogp_social_cards = {
    "image": "docs/fields.png",
    "image_mini": "docs/_static/icon.png",
    "font": "DejaVu Sans",  # which Matplotlib brings in bold, too
}
