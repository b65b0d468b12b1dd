"""Settings, clock, wiring: where all is put together, and the only place that reads the environment."""

from xinheng.faces.app.activation import activate, active_digest, archived
from xinheng.faces.app.clock import SystemClock
from xinheng.faces.app.errors import HomeNotWritable, HomeOfAnotherVersion, HomeTaken, NoHome, SettingWrong
from xinheng.faces.app.home import Home
from xinheng.faces.app.preparing import Prepared, init_home
from xinheng.faces.app.safekeeping import backup_home, restore_home
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import App, address, log_files, open_app, projectors_of

__all__ = [
    "App",
    "Home",
    "HomeNotWritable",
    "HomeOfAnotherVersion",
    "HomeTaken",
    "NoHome",
    "Prepared",
    "SettingWrong",
    "Settings",
    "SystemClock",
    "activate",
    "active_digest",
    "address",
    "archived",
    "backup_home",
    "init_home",
    "log_files",
    "open_app",
    "projectors_of",
    "restore_home",
]
