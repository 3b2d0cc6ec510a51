"""An independent reading of two standards, as far as a machine can tell: PDF/A-3 (level A), and PDF/UA-1.

Written against the standards and not against how the paper is made: each rule reads the finished bytes and yields what
it finds wrong. `RULES` names the clause that a rule stands for: A is ISO 19005-3 for archives, UA is ISO 14289-1.
"""

from tests.seal.standards import archive, reading
from tests.seal.standards.paper import RULES, broken

__all__ = ["RULES", "archive", "broken", "reading"]
