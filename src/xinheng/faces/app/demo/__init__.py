"""The demo city 衡川市（演示）: everything in it is invented, and the same in every home.

A generator (places, organisations, matters, decisions, dirt, sheets) makes files as agencies would send them;
`install` sends them through the real intake, each on its day, by a clock that replays three years. Nothing is
written past the doors that a real agency uses.
"""
