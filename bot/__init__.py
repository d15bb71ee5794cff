"""The edge: chats, the web console and the command line, all around `core`."""
