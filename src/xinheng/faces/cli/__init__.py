"""The command line: `xinheng …`, acting as the local operator."""
