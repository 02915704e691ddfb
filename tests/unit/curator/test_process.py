"""The curator's process holds what every import needs, and loads the rest when a job asks for it."""

import subprocess
import sys


def test_what_few_jobs_need_is_not_loaded_at_the_start() -> None:
    """OpenCV alone takes 36 MB."""
    heavy = "{'cv2', 'joblib', 'scipy', 'sklearn', 'tensorflow'} & sys.modules.keys()"
    code = f"import sys, maskeraid_curator.tasks; sys.exit(str({heavy} or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "\n")
