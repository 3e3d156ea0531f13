"""Policy as data: actions, directory, authorization. Read with `importlib.resources`; there is no code here."""
