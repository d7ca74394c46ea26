"""Scores and changes as others read them: badge, widget, feeds, calendar, RDF, metrics, the open dataset of scores."""
