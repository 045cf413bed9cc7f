"""What the tests of continuous integration share."""

from tests.support.grounds import grounds, local, project, python

__all__ = ["grounds", "local", "project", "python"]
