"""Behavioural tests: whether a detector reacts to the wording, or to the topic, a country, a quotation."""
