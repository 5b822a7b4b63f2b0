"""The training scripts stand beside the package, at the repository's root."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))
