"""Copies of the store: taken while it is at work, checked, and put back in its place."""

from bridge.store.copies.checking import Checked, check, is_behind
from bridge.store.copies.restoring import Restored, restore
from bridge.store.copies.taking import back_up

__all__ = ["Checked", "Restored", "back_up", "check", "is_behind", "restore"]
