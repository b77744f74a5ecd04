"""RxScale's side: its words, its API and its webhooks, translated into the bridge's own."""
