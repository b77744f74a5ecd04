"""Commands about what RxScale may sell of what PharmaOne has."""
