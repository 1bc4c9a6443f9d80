import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen
from zipfile import ZipFile

REPOSITORY = "https://github.com/spiking-mnist-tutorials/spiking-mnist-tutorials"

here, name = Path.cwd(), REPOSITORY.split("/")[-1]
places = [here, *here.parents, here / name]
root = next((place for place in places if (place / "tutorial_helpers").is_dir()), None)
if root is None:
    print("Fetching", REPOSITORY)
    root = here / name
    try:
        # Unpacked in a folder that does not stay, and moved to its place once it is complete.
        with TemporaryDirectory(dir=here) as folder:
            with urlopen(f"{REPOSITORY}/archive/refs/heads/main.zip", timeout=30) as archive:
                ZipFile(io.BytesIO(archive.read())).extractall(folder)
            Path(folder, f"{name}-main").rename(root)
    except Exception as error:
        raise RuntimeError(
            f"{REPOSITORY} could not be fetched ({error}): connect to the internet and run this "
            "cell again, or download it yourself and open this notebook in its folder."
        ) from None
if sys.path[0] != str(root):
    sys.path.insert(0, str(root))

from tutorial_helpers.requirements import install_missing

install_missing()
