"""Timetables as GTFS zips over HTTP."""
