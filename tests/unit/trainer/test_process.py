"""The trainer's own process: light, and ready to be run by Celery as the README shows."""

import subprocess
import sys

from maskeraid_trainer.settings import TrainerSettings


class TestParent:
    def test_loads_no_tensorflow_and_no_pictures(self) -> None:
        heavy = "{'tensorflow', 'keras', 'matplotlib', 'sklearn', 'PIL', 'maskeraid_trainer.run'} & sys.modules.keys()"
        code = f"import sys, maskeraid_trainer.worker, maskeraid_trainer.tasks; sys.exit(str({heavy} or ''))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "\n")

    def test_celery_finds_the_task(self) -> None:
        code = (
            "from maskeraid_trainer.worker import app; app.loader.import_default_modules();"
            "assert 'trainer.look' in app.tasks, app.tasks"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class TestSettings:
    def test_a_child_reads_what_its_parent_has(self, monkeypatch: object) -> None:
        given = TrainerSettings(checkpoint_seconds=0.5, mongodb_database="test-1", environment="test")
        code = "from maskeraid_trainer.settings import TrainerSettings; print(TrainerSettings().model_dump_json())"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=given.to_environment())
        assert TrainerSettings.model_validate_json(done.stdout) == given
