from enum import Enum


class ModelArch(Enum):
    TINY = 0
