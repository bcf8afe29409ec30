from . import rejected
