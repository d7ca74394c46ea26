"""The municipal spatial information system (MSIP): layers over WFS, records over CSW."""
