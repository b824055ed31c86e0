"""The report of a verification: report.json for programs, report.html for people to read, print and keep."""
