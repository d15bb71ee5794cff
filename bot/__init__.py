"""The edge: chats, commands, cards, loops and the wiring that fills core's ports."""
