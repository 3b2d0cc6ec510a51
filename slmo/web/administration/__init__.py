"""Pages of the three applications below the frame: people, organisations, tokens, audit log, news, preferences.

They stand here because pages are made with the frame's lists and forms, which those applications may not import.
"""
