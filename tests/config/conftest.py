"""A machine of its own for each test: a folder, a secrets folder, an environment."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge import config
from bridge.errors import Misconfigured
from bridge.settings import Settings


@dataclass
class Machine:
    """`folder` is the current folder, `secrets` stands for /run/secrets, `system` for /etc."""

    folder: Path
    secrets: Path
    system: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, text: str | bytes, name: str = "rxbridge.toml") -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def put_secret(self, name: str, text: str | bytes) -> Path:
        self.secrets.mkdir(exist_ok=True)
        file = self.secrets / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def load(self, named: Path | None = None) -> Settings:
        return config.load(named, self.environ, cwd=self.folder)

    def faults(self, named: Path | None = None) -> list[str]:
        """The lines an operator gets, with this machine's folder left out."""
        with pytest.raises(Misconfigured) as caught:
            self.load(named)
        root = f"{self.folder.parent}/"
        lines = [str(fault).replace(root, "") for fault in caught.value.faults]
        assert str(caught.value).replace(root, "").splitlines() == lines
        return lines


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    here = Machine(tmp_path / "here", tmp_path / "secrets", tmp_path / "etc" / "rxbridge.toml")
    here.folder.mkdir()
    monkeypatch.setattr(config, "SECRETS_DIR", here.secrets)
    monkeypatch.setattr(config, "SYSTEM_FILE", here.system)
    return here
