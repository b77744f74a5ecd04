"""python -m bridge"""

from bridge.cli.main import entry

if __name__ == "__main__":
    entry()
