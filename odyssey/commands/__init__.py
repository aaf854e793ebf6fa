"""The commands of the command line, one a module: ``add(subparsers)`` declares it, ``run(options)`` runs it.

The modules load in no time, so that ``odyssey --help`` does; what takes long is imported when a command runs.
"""
