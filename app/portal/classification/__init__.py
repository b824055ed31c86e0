"""The classifications: Nice, Locarno, IPC and Vienna, imported from files, searched while an application is drafted."""
