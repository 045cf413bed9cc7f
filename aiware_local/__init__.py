"""The local aiWARE: a complete stand-in for the real service, to develop, preview and test against without an account.

Nothing is imported here, so that `aiware_local.launcher` stays light for those who only want to start the server.
"""
