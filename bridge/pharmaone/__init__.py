"""PharmaOne's side: its words, its doors and its webhooks, translated into the bridge's own."""
