"""Rules over tokens that find sources, cues and contents: word lists, atoms, relations and gaps."""
