"""Lay the close of a month out: a page, a workbook and charts."""
