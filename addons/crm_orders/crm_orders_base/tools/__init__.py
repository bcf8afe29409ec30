from . import gap_text
from . import picture
from . import words
